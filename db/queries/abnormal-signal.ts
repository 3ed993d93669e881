import type { Pool } from "pg";

/** Adds to the neighbours that an integration was seen to ask about in an hour. @param hour its first moment */
export async function addNeighbours(pool: Pool, integrationId: number, hour: Date, neighbours: number): Promise<void> {
  await pool.query(
    `insert into abnormal_signal (integration_id, hour, neighbours) values ($1, $2, $3)
      on conflict (integration_id, hour) do update set neighbours = abnormal_signal.neighbours + excluded.neighbours`,
    [integrationId, hour, neighbours],
  );
}
