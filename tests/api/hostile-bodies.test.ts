import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
const asked = () => question({ nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name }, { checks: ["resident"] });

beforeAll(async () => {
  api = await startTestApi();
  ({ token } = await seedIntegration(api.owner.pool, { checks: ["resident"] }));
  await api.settle();
});
afterAll(() => api.close());

describe("bodies made to harm", () => {
  test("half a million subjects or checks are refused before anybody looks at each", async () => {
    const many = (count: number) => Array.from({ length: count }, () => 0);
    for (const [changes, code] of [
      [{ subjects: many(500_000) }, "too-many-subjects"],
      [{ subjects: many(1001) }, "too-many-subjects"],
      [{ subjects: [], checks: many(500_000) }, "unknown-check"],
    ] as const) {
      const { subject: _, ...rest } = asked();
      const started = performance.now();
      const answer = await ask(api.url, { ...rest, ...changes }, { token, path: "/v1/verifications/batch" });
      expect([answer.status, answer.body.code]).toEqual([422, code]);
      // Looking at each takes seconds.
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  test("§4(2)5 whoever is named anywhere in a refused body is in the log", async () => {
    const hidden = { ...asked(), subjects: [null, { nationalId: "M234567890", name: "王小明" }] };
    const { body } = await ask(api.url, hidden, { token, path: "/v1/verifications/batch" });
    expect(body.code).toBe("invalid-request");
    const { rows } = await api.owner.pool.query(
      "select count(*)::int as entries from query_log where asked_at = (select asked_at from query_log where entry_id = $1)",
      [body.entryId],
    );
    expect(rows[0].entries).toBe(2);
  });
});
