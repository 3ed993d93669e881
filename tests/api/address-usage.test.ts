import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { noteAddressUsage } from "../../db/queries/address-usage.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
});
afterAll(() => api.close());

describe("when an address was last used", () => {
  test("§3(8) is noted from the query log: answered questions count, refused ones don't, however often it is noted", async () => {
    const { token, integrationId } = await seedIntegration(api.owner.pool, { checks: ["resident"], addresses: ["127.0.0.1", "127.0.0.2"] });
    await api.settle();
    const { nationalId, name } = PEOPLE.plain;
    const asked = question({ nationalId, name }, { checks: ["resident"] });
    const worker = openDatabase(api.database.workerUrl, { max: 1 });
    const noted = async () => {
      await noteAddressUsage(worker.db);
      const { rows } = await api.owner.pool.query(
        "select integration_id as id, host(address) as address, last_used_on::text as day from address_usage order by address",
      );
      return rows;
    };
    try {
      expect(await noted()).toEqual([]);
      expect((await ask(api.url, asked, { token })).status).toBe(200);
      expect((await ask(api.url, asked, { token, from: "127.0.0.3" })).status).toBe(403);
      expect((await ask(api.url, { ...asked, checks: ["disability"] }, { token, from: "127.0.0.2" })).status).toBe(403);
      const today = taipeiDate(Date.now());
      expect(await noted()).toEqual([{ id: integrationId, address: "127.0.0.1", day: today }]);
      expect((await ask(api.url, asked, { token, from: "127.0.0.2" })).status).toBe(200);
      const both = [
        { id: integrationId, address: "127.0.0.1", day: today },
        { id: integrationId, address: "127.0.0.2", day: today },
      ];
      expect([await noted(), await noted()]).toEqual([both, both]);
    } finally {
      await worker.close();
    }
  });
});
