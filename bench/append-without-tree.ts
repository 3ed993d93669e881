import type { Pool } from "pg";
import { type Appended, countParameters, entryParameters, type RequestEntries } from "../db/queries/query-log.ts";

const COLUMNS = "entry_id, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry";

/** The yardstick for the tree: the same rows in the same table, written without taking places in the log; the day's use is counted as ever. */
export async function appendWithoutTree(pool: Pool, requests: readonly RequestEntries[]): Promise<Appended[]> {
  await pool.query({
    name: "append-without-tree",
    text: `
      with appended as (
        insert into query_log (asked_at, leaf_index, ${COLUMNS})
        select uuid_extract_timestamp(entry_id), 0, ${COLUMNS}
        from unnest($1::uuid[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[]) as given(${COLUMNS})
      )
      insert into daily_usage (integration_id, usage_day, subjects)
      select integration_id, (now() at time zone 'Asia/Taipei')::date, sum(subjects)
      from unnest($10::int4[], $11::int4[]) as counted(integration_id, subjects) group by integration_id
      on conflict (integration_id, usage_day) do update set subjects = daily_usage.subjects + excluded.subjects`,
    values: [...entryParameters(requests), ...countParameters(requests)],
  });
  return requests.map(() => ({ firstIndex: 0, usage: undefined }));
}
