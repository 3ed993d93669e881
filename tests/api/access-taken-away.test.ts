import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, askWhileChanging, startTestApi, type TestApi } from "../support/api.ts";
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

/** Takes a right away and tells nobody: the API can't have heard of it, so only the lookup of the next question can see it. */
async function takeUnheard(statement: string, id: unknown): Promise<void> {
  const client = await api.owner.pool.connect();
  await client.query("begin");
  await client.query("set local session_replication_role = replica");
  await client.query(statement, [id]);
  await client.query("update access_version set version = version + 1");
  await client.query("commit");
  client.release();
}

describe("a right that is taken away answers nothing from that moment", () => {
  test("§3(5) a revoked credential, though nobody has told; the other goes on", async () => {
    const { token, otherToken, credentialId } = await active();
    await takeUnheard("update credential set revoked_at = now() where credential_id = $1", credentialId);
    expect((await verify(token)).body.code).toBe("revoked-credential");
    expect((await verify(otherToken)).status).toBe(200);
  });

  test("§3(7) an address, though nobody has told; the other goes on", async () => {
    const { token, integrationId } = await active();
    await takeUnheard("delete from integration_address where integration_id = $1 and address = '127.0.0.2'", integrationId);
    expect((await verify(token, "127.0.0.2")).body.code).toBe("address-not-allowed");
    expect((await verify(token)).status).toBe(200);
  });

  test("§3(10) a check out of scope, though nobody has told", async () => {
    const { token, integrationId } = await active();
    await takeUnheard("delete from integration_scope where integration_id = $1", integrationId);
    expect((await verify(token)).body.code).toBe("check-out-of-scope");
  });

  test("§4(1)2 a suspended integration, though nobody has told; it is on record as refused", async () => {
    const { token, integrationId } = await active();
    await takeUnheard("update integration set state = 'suspended' where integration_id = $1", integrationId);
    const { status, body } = await verify(token);
    expect([status, body.code]).toEqual([403, "integration-suspended"]);
    const { rows } = await api.owner.pool.query("select outcome, integration_id from query_log where entry_id = $1", [body.entryId]);
    expect(rows).toEqual([{ outcome: "refused:integration-suspended", integration_id: integrationId }]);
  });

  test("§3(5) an answer is not heard again by a revoked credential, though nobody has told", async () => {
    const { token, credentialId, integrationId } = await active();
    const again = () => ask(api.url, asked, { token, headers: { "idempotency-key": "again" } });
    const first = await again();
    expect(first.status).toBe(200);
    await api.owner.pool.query("update integration set subjects_per_day = 1 where integration_id = $1", [integrationId]);
    await api.settle();
    expect((await again()).body).toEqual(first.body);
    await takeUnheard("update credential set revoked_at = now() where credential_id = $1", credentialId);
    expect((await again()).body.code).toBe("revoked-credential");
  });

  test("§3(5) a revoked credential that the API has been told of", async () => {
    const { token, credentialId } = await active();
    await api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [credentialId]);
    expect((await verify(token)).body.code).toBe("revoked-credential");
  });

  test("§3(5) whoever asks without a pause gets no answer to a question that came after", async () => {
    const { token, credentialId } = await active();
    const late = await askWhileChanging(
      async () => (await verify(token)).status !== 200,
      () => takeUnheard("update credential set revoked_at = now() where credential_id = $1", credentialId),
    );
    expect(late).toBe(0);
  });

  test("§4(1)5 while rights change again and again, every question and every refusal is on record once, and counted once", async () => {
    const { token, integrationId } = await active();
    const before = (await api.owner.pool.query("select size::integer from log_head")).rows[0].size;
    const usedBefore = await usedToday(integrationId);
    let asking = true;
    const changing = (async () => {
      while (asking) {
        await api.owner.pool.query("update access_version set version = version + 1");
        await new Promise((wake) => setTimeout(wake, 20));
      }
    })();
    const { subject, ...rest } = asked;
    const askOnce = async (place: number): Promise<[number, number]> => {
      const headers: Record<string, string> = place % 2 === 0 ? { "idempotency-key": `again-and-again-${place}` } : {};
      if (place % 3 === 0) return [200, (await ask(api.url, asked, { token, headers })).status];
      if (place % 3 === 1) return [422, (await ask(api.url, { ...asked, reason: "." }, { token, headers })).status];
      return [
        200,
        (await ask(api.url, { ...rest, subjects: [subject, subject] }, { token, headers, path: "/v1/verifications/batch" })).status,
      ];
    };
    const statuses = await Promise.all(Array.from({ length: 150 }, (_, place) => askOnce(place)));
    asking = false;
    await changing;
    for (const [expected, status] of statuses) expect(status).toBe(expected);
    const { rows } = await api.owner.pool.query(
      "select outcome, leaf_index::integer from query_log where leaf_index >= $1 order by leaf_index",
      [before],
    );
    expect(rows.map(({ leaf_index: place }) => place)).toEqual(Array.from({ length: 200 }, (_, place) => before + place));
    expect(rows.filter(({ outcome }) => outcome === "match")).toHaveLength(150);
    expect(rows.filter(({ outcome }) => outcome === "refused:reason-required")).toHaveLength(50);
    expect(await usedToday(integrationId)).toBe(usedBefore + 150);
  });

  async function usedToday(integrationId: number): Promise<number> {
    const { rows } = await api.owner.pool.query("select sum(subjects)::integer as used from daily_usage where integration_id = $1", [
      integrationId,
    ]);
    return rows[0].used;
  }
});
