import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const DAYS = 25;
const ENTRIES = 25_000;
let database: TestDatabase;
let owner: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase(database.ownerUrl, { max: 1 });
  // Next month's partition is there, whatever day it is.
  await owner.pool.query(
    `insert into query_log (leaf_index, entry_id, asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry)
     select place, gen_random_uuid(), date_trunc('month', now() at time zone 'Asia/Taipei' + interval '1 month') at time zone 'Asia/Taipei' + (place % $1) * interval '1 day',
       1, 'tax-042', 'V01', 'match', decode(md5('case ' || place), 'hex'), decode(md5('subject ' || place % 5000), 'hex'), sha256('entry'), 'entry'
     from generate_series(0, $2 - 1) place`,
    [DAYS, ENTRIES],
  );
  await owner.pool.query("analyze query_log");
});
afterAll(async () => {
  await owner.close();
  await database.drop();
});

describe("the log's blind indexes", () => {
  test.each([
    ["subject_index", "subject 77", ENTRIES / 5000],
    ["case_number_index", "case 77", 1],
  ])("§4(1)5 find by %s in a few steps a day, without a day being named", async (column, value, expected) => {
    const { rows } = await owner.pool.query(
      `explain (analyze, buffers, format json) select entry_id from query_log where ${column} = decode(md5('${value}'), 'hex') order by entry_id limit 100`,
    );
    const plan = JSON.stringify(rows[0]["QUERY PLAN"]);
    expect(rows[0]["QUERY PLAN"][0].Plan["Actual Rows"]).toBe(expected);
    expect(plan).toMatch(new RegExp(`"Index Cond":"\\(${column} = `));
    const searches = Number(/"Index Searches":(\d+)/.exec(plan)?.[1]);
    expect(searches).toBeGreaterThanOrEqual(DAYS);
    expect(searches).toBeLessThanOrEqual(2 * DAYS + 2);
  });
});
