import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { canonicalAddresses, requireFixedAddresses } from "../../src/domain/ip-address.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ruleBroken } from "../support/integration.ts";

let database: TestDatabase;
let worker: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  worker = openDatabase(database.workerUrl, { max: 1 });
});
afterAll(async () => {
  await worker.close();
  await database.drop();
});

test("§3(7) the records write every address that can be whitelisted as the rules do, so that what was approved is found again", async () => {
  // Few different parts, so that there are runs of zeros of every length in every place.
  const part = fc.constantFrom("0", "1", "ffff", "2001", "0db8", "cb00");
  const parted = fc.array(part, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(":"));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), parted), { minLength: 64, maxLength: 64 }), async (texts) => {
      const taken = canonicalAddresses(texts).filter((address) => ruleBroken(() => requireFixedAddresses([address], true)) === undefined);
      const { rows } = await worker.pool.query(
        "select host(a) as text from unnest($1::inet[]) with ordinality as x(a, place) order by place",
        [taken],
      );
      expect(rows.map(({ text }) => text)).toEqual(taken);
    }),
  );
});
