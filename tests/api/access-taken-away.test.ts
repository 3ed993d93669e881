import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedCredential, seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
const asked = question({ nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name }, { checks: ["resident"] });
const verify = (token: string, from = "127.0.0.1") => ask(api.url, asked, { token, from });

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
});
afterAll(() => api.close());

/** An integration with two credentials and two addresses, each of which answers. */
async function active() {
  const seeded = await seedIntegration(api.owner.pool, { checks: ["resident"], addresses: ["127.0.0.1", "127.0.0.2"] });
  const other = await seedCredential(api.owner.pool, seeded.integrationId);
  await api.settle();
  for (const token of [seeded.token, other.token])
    for (const from of ["127.0.0.1", "127.0.0.2"]) expect((await verify(token, from)).status).toBe(200);
  return { ...seeded, otherToken: other.token };
}

/** Asks without a pause; the last answer must have been sent within a second of what took the right away. */
async function lastAnswerAfter(take: () => Promise<unknown>, question: () => ReturnType<typeof verify>) {
  await take();
  const taken = performance.now();
  for (;;) {
    const { status, body } = await question();
    if (status !== 200) return { code: body.code, after: performance.now() - taken };
    expect(performance.now() - taken).toBeLessThan(1000);
  }
}

describe("a right that is taken away", () => {
  test("§3(5) a credential opens nothing within a second; the other goes on", async () => {
    const { token, otherToken, credentialId } = await active();
    const take = () => api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [credentialId]);
    const last = await lastAnswerAfter(take, () => verify(token));
    expect(last.code).toBe("revoked-credential");
    expect(last.after).toBeLessThan(1000);
    expect((await verify(otherToken)).status).toBe(200);
  });

  test("§3(7) an address gets nothing within a second; the other goes on", async () => {
    const { token, integrationId } = await active();
    const take = () =>
      api.owner.pool.query("delete from integration_address where integration_id = $1 and address = '127.0.0.2'", [integrationId]);
    const last = await lastAnswerAfter(take, () => verify(token, "127.0.0.2"));
    expect(last.code).toBe("address-not-allowed");
    expect(last.after).toBeLessThan(1000);
    expect((await verify(token)).status).toBe(200);
  });

  test("§3(10) a check is out of scope within a second", async () => {
    const { token, integrationId } = await active();
    const take = () => api.owner.pool.query("delete from integration_scope where integration_id = $1", [integrationId]);
    const last = await lastAnswerAfter(take, () => verify(token));
    expect(last.code).toBe("check-out-of-scope");
    expect(last.after).toBeLessThan(1000);
  });
});
