import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { hashSecret, proveSecret } from "../../src/adapters/credential-secret.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedCredential, seedGenerations, seedIntegration } from "../support/seed.ts";

const DAY = 86_400_000;
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
});
afterAll(() => api.close());

const rotate = (token?: string, from?: string) =>
  ask(api.url, undefined, { path: "/v1/credentials", token, ...(from !== undefined && { from }) });
const { nationalId, name } = PEOPLE.plain;
const verify = (token: string) => ask(api.url, question({ nationalId, name }, { checks: ["resident"] }), { token });

async function seeded(rights: Partial<Parameters<typeof seedIntegration>[1]> = {}) {
  const seed = await seedIntegration(api.owner.pool, { checks: ["resident"], until: new Date(Date.now() + 300 * DAY), ...rights });
  await api.settle();
  return seed;
}

describe("a system that changes its credential", () => {
  test("§3(5) gets a new secret once, for at most 90 days; the old one holds for 14 days more, and both are on record", async () => {
    const { token, integrationId, credentialId } = await seeded();
    await api.owner.pool.query("update credential set valid_until = now() + interval '60 days' where credential_id = $1", [credentialId]);
    await api.settle();
    const { status, body, headers } = await rotate(token);
    expect(status).toBe(201);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body.secret).toMatch(/^vp_[A-Za-z0-9_-]{43}$/);
    expect(Math.abs(Date.parse(body.validUntil) - Date.now() - 90 * DAY)).toBeLessThan(10_000);
    expect(Math.abs(Date.parse(body.presentValidUntil) - Date.now() - 14 * DAY)).toBeLessThan(10_000);
    for (const each of [token, body.secret]) expect((await verify(each)).status).toBe(200);
    const { rows } = await api.owner.pool.query(
      "select encode(secret_hash, 'hex') as hash from credential where integration_id = $1 order by valid_from",
      [integrationId],
    );
    expect(rows.map(({ hash }) => hash)).toEqual([hashSecret(token), hashSecret(body.secret)]);
    const steps = await api.owner.pool.query(
      "select step, actor_role, reason, step_id in (select step_id from unseen_step) as unseen from integration_step where integration_id = $1",
      [integrationId],
    );
    expect(steps.rows).toEqual([
      { step: "rotateCredential", actor_role: "system", reason: `the system changed credential ${credentialId}`, unseen: true },
    ]);
    expect(api.logLines.join("")).not.toContain(body.secret);
  });

  test("§3(5) never holds more than two, asked at once or again", async () => {
    const { token, integrationId } = await seeded();
    const statuses = (await Promise.all([rotate(token), rotate(token), rotate(token)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
    expect((await rotate(token)).body).toMatchObject({ code: "too-many-credentials", status: 409 });
    const { rows } = await api.owner.pool.query("select count(*)::int as n from credential where integration_id = $1", [integrationId]);
    expect(rows).toEqual([{ n: 2 }]);
  });

  test("§3(5) does not outlive the approved period with it", async () => {
    const until = new Date(Date.now() + 20 * DAY);
    const { body } = await rotate((await seeded({ until })).token);
    expect(body.validUntil).toBe(until.toISOString());
  });

  test("§3(5) §3(7) is refused like a question: unknown, revoked, expired, from elsewhere, suspended, over", async () => {
    const { token, integrationId, credentialId } = await seeded();
    const expired = await seedCredential(api.owner.pool, integrationId, new Date(Date.now() - 2 * DAY), new Date(Date.now() - DAY));
    await api.settle();
    const codeOf = async (answer: ReturnType<typeof rotate>) => (await answer).body.code;
    expect(await codeOf(rotate())).toBe("missing-credential");
    expect(await codeOf(rotate("vp_unknown"))).toBe("unknown-credential");
    expect(await codeOf(rotate(expired.token))).toBe("expired-credential");
    expect(await codeOf(rotate(token, "127.0.0.2"))).toBe("address-not-allowed");
    expect(await codeOf(rotate((await seeded({ state: "suspended" })).token))).toBe("integration-suspended");
    expect(await codeOf(rotate((await seeded({ from: new Date(0), until: new Date(Date.now() - DAY) })).token))).toBe(
      "integration-expired",
    );
    await api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [credentialId]);
    await api.settle();
    expect(await codeOf(rotate(token))).toBe("revoked-credential");
    const get = await ask(api.url, undefined, { path: "/v1/credentials", method: "GET" });
    expect([get.status, get.body.code, get.headers["allow"]]).toEqual([405, "method-not-allowed", "POST"]);
  });

  test("§3(5) is all that the API may do to credentials, and only what the rules allow", async () => {
    const { credentialId, token } = await seeded();
    const role = openDatabase(api.database.apiUrl, { max: 1 });
    try {
      for (const statement of ["update credential set revoked_at = null", "delete from credential", "insert into unseen_step values (1)"])
        await expect(role.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
      const rotateBy = (proof: string) =>
        role.pool.query(
          "select rotate_credential($1, $2, gen_random_uuid(), sha256('x'), now() + interval '9 years', now() + interval '9 years') as made",
          [credentialId, Buffer.from(proof, "hex")],
        );
      // What the records hold proves nothing: whoever has the API's role alone makes no credential.
      for (const known of [hashSecret(token), ""]) expect((await rotateBy(known)).rows[0].made).toEqual({ outcome: "not-valid" });
      const { rows } = await rotateBy(proveSecret(token));
      expect(rows[0].made.validUntil - Date.now()).toBeLessThanOrEqual(90 * DAY + 1000);
      expect(rows[0].made.presentValidUntil - Date.now()).toBeLessThanOrEqual(DAY + 1000);
    } finally {
      await role.close();
    }
  });
});

describe("a credential that is about to end", () => {
  test("§3(5) is announced with every answer of its last 14 days, and not before", async () => {
    const { integrationId, token } = await seeded();
    const until = new Date(Date.now() + 15 * DAY);
    const fresh = await seedCredential(api.owner.pool, integrationId, new Date(), until);
    await api.settle();
    expect((await verify(fresh.token)).headers["credential-expires"]).toBeUndefined();
    const announced = (await verify(token)).headers["credential-expires"];
    expect(Math.abs(Date.parse(String(announced)) - Date.now() - DAY)).toBeLessThan(60_000);
  });
});
