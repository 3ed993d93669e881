import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Whether the API's processes are connected to the database: each keeps a connection on which it hears of changed rights. */
export async function isApiConnected(db: Kysely<Database>): Promise<boolean> {
  // Whose a connection is, everybody may see; what it does, nobody.
  const { rows } = await sql`select from pg_stat_activity where usename = 'platform_api' and datname = current_database() limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** A day, and how many subjects were asked about. */
export interface DailyUse {
  readonly day: string;
  readonly subjects: number;
}

/** What was asked on each day of a span, days without a question too. @param from @param until days (ISO 8601), both included */
export async function listDailyUse(db: Kysely<Database>, from: string, until: string): Promise<DailyUse[]> {
  const { rows } = await sql<DailyUse>`
    select d::date::text as day, coalesce(sum(u.subjects), 0)::float8 as subjects
    from generate_series(${from}::date, ${until}::date, interval '1 day') d left join daily_usage u on u.usage_day = d::date
    group by d order by d`.execute(db);
  return rows;
}
