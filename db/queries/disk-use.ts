import { type Kysely, sql } from "kysely";
import type { DiskUse } from "../../src/domain/disk-use.ts";
import type { Database } from "../tables/database.ts";

/** Where the server's files lie, on the server; null when nobody may know. */
export async function findDataDirectory(db: Kysely<Database>): Promise<string | null> {
  const { rows } = await sql<{ directory: string | null }>`select server_data_directory() as directory`.execute(db);
  return rows[0]?.directory ?? null;
}

/** Measures the database, once a day, and finds its oldest measurement of the last 30 days. @param today ISO 8601, in Taiwan */
export async function measureDatabase(
  db: Kysely<Database>,
  today: string,
  disk: DiskUse["disk"],
): Promise<Pick<DiskUse, "databaseBytes" | "earlier">> {
  await sql`
    insert into database_size (measured_on, bytes, free_bytes, total_bytes)
    values (${today}, pg_database_size(current_database()), ${disk?.freeBytes ?? null}, ${disk?.totalBytes ?? null})
    on conflict do nothing`.execute(db);
  const { rows } = await sql<{ bytes: number; days: number }>`
    select bytes::float8, ${today}::date - measured_on as days from database_size
    where measured_on between ${today}::date - 30 and ${today}::date order by measured_on`.execute(db);
  const [earliest, newest] = [rows[0], rows.at(-1)];
  const earlier = earliest !== undefined && earliest.days > 0 ? { databaseBytes: earliest.bytes, days: earliest.days } : undefined;
  return { databaseBytes: newest?.bytes ?? 0, earlier };
}
