import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let own: ReturnType<typeof openDatabase>;
let others: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  own = openDatabase(database.ownerUrl, { applicationName: "broken-connections" });
  others = openDatabase(database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await Promise.all([own.close(), others.close()]);
  await database.drop();
});

/** As a restart of the database does. @returns how many connections were there to be broken */
async function breakConnections(): Promise<number> {
  const { rowCount } = await others.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'broken-connections'",
  );
  return rowCount ?? 0;
}

// A break that nobody hears of ends the process: here it would fail the run.
describe("a connection that breaks while somebody holds it", () => {
  test("in the middle of a statement: that statement fails, the next has another connection", async () => {
    const waiting = own.pool.query("select pg_sleep(30)").catch((error: Error & { code?: string }) => error.code);
    await expect.poll(breakConnections).toBe(1);
    expect(await waiting).toBe("57P01");
    expect((await own.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("between two statements of a transaction: the transaction fails as a whole", async () => {
    const transaction = own.db.transaction().execute(async (trx) => {
      await trx.selectFrom("agency").selectAll().execute();
      await breakConnections();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return trx.selectFrom("agency").selectAll().execute();
    });
    await expect(transaction).rejects.toThrow();
    expect(await own.db.selectFrom("agency").selectAll().execute()).toEqual([]);
  });
});
