import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { ALL_CHECKS, PEOPLE, question } from "../support/people.ts";
import { seedCredential, seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
let integrationId: number;
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };

beforeAll(async () => {
  api = await startTestApi({ trustedProxies: ["127.0.0.9"] });
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  ({ token, integrationId } = await seedIntegration(api.owner.pool, {
    checks: ["resident"],
    addresses: ["127.0.0.1", "10.1.2.3", "2001:db8::1"],
  }));
  await api.settle();
});
afterAll(() => api.close());

async function outcomeOf(entryId: string): Promise<string | undefined> {
  const { rows } = await api.owner.pool.query("select outcome from query_log where entry_id = $1", [entryId]);
  return rows[0]?.outcome;
}

const asked = (changes: Record<string, unknown> = {}) => question(subject, { checks: ["resident"], ...changes });

describe("bad bodies", () => {
  test.each<[string, unknown, number, string]>([
    ["malformed JSON", '{"operator":', 400, "malformed-json"],
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, "malformed-json"],
    ["an array", "[]", 422, "invalid-request"],
    ["an empty body", "", 400, "malformed-json"],
    ["§4(2)1 a missing case number", asked({ caseNumber: undefined }), 422, "case-number-required"],
    ["§4(2)1 an empty case number", asked({ caseNumber: "" }), 422, "case-number-required"],
    ["§4(2)1 a missing reason", asked({ reason: undefined }), 422, "reason-required"],
    ["§4(2)1 a reason of white space", asked({ reason: " \u3000 " }), 422, "reason-required"],
    ["§4(2)1 a reason of a full stop", asked({ reason: "." }), 422, "reason-required"],
    ["§4(2)1 a reason of punctuation", asked({ reason: "。。。—" }), 422, "reason-required"],
    ["a control character", asked({ reason: "審查\u0007用" }), 422, "control-character"],
    ["a bidirectional override", asked({ caseNumber: "113\u202e-社" }), 422, "control-character"],
    ["a wrong type", asked({ operator: 42 }), 422, "invalid-operator"],
    ["an unknown field", asked({ favour: true }), 422, "unknown-field"],
    ["an unknown field of the subject", question({ ...subject, address: "x" }, { checks: ["resident"] }), 422, "unknown-field"],
    ["an unknown check", asked({ checks: ["income"] }), 422, "unknown-check"],
    ["a check asked twice", asked({ checks: ["resident", "resident"] }), 422, "unknown-check"],
    ["no check", asked({ checks: [] }), 422, "unknown-check"],
    [
      "an ID number with a wrong check digit",
      question({ ...subject, nationalId: "M123456780" }, { checks: ["resident"] }),
      422,
      "invalid-national-id",
    ],
    [
      "an impossible date",
      question({ nationalId: subject.nationalId, birthDate: "2025-02-29" }, { checks: ["resident"] }),
      422,
      "invalid-birth-date",
    ],
    [
      "a date to come",
      question({ nationalId: subject.nationalId, birthDate: "2125-01-01" }, { checks: ["resident"] }),
      422,
      "invalid-birth-date",
    ],
    ["an ID number alone", question({ nationalId: subject.nationalId }, { checks: ["resident"] }), 422, "identity-field-required"],
    ["a control character in the operator", asked({ operator: "tax\u0007" }), 422, "invalid-operator"],
    ["a line's end after the operation code", asked({ operationCode: "V01\n" }), 422, "invalid-operation-code"],
    ["a name as operator", asked({ operator: "王 小明" }), 422, "invalid-operator"],
    ["§3(10) an ID number as operator", asked({ operator: "m234567890" }), 422, "invalid-operator"],
    ["§3(10) an ID number as operation code", asked({ operationCode: "M234567890" }), 422, "invalid-operation-code"],
    ["§3(10) a check outside the scope", asked({ checks: ["resident", "disability"] }), 403, "check-out-of-scope"],
  ])("%s is refused with its code, and what was sent is not repeated", async (_title, body, status, code) => {
    const answer = await ask(api.url, body, { token });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.body.detail.length).toBeGreaterThan(20);
    expect(answer.text).not.toContain(subject.nationalId);
    expect(answer.text).not.toContain(subject.name);
  });

  test("a body over 1 MiB", async () => {
    const answer = await ask(api.url, { ...asked(), reason: "x".repeat(1_100_000) }, { token });
    expect([answer.status, answer.body.code]).toEqual([413, "body-too-large"]);
  });

  test("a body that is not JSON by its type", async () => {
    const answer = await ask(api.url, "a=b", { token, headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect([answer.status, answer.body.code]).toEqual([415, "unsupported-media-type"]);
    const hidden = await ask(api.url, asked(), { token, headers: { "content-type": "text/plain" } });
    expect([hidden.status, hidden.body.code, typeof hidden.body.entryId]).toEqual([415, "unsupported-media-type", "string"]);
  });

  test("another method, another path", async () => {
    expect((await ask(api.url, undefined, { token, method: "GET" })).status).toBe(405);
    expect((await ask(api.url, undefined, { path: "/v2", method: "GET" })).body.code).toBe("not-found");
  });

  test("§4(2)5 a refused query that named a subject is logged, sealed like any other", async () => {
    const { body } = await ask(api.url, asked({ reason: "." }), { token });
    expect(await outcomeOf(body.entryId)).toBe("refused:reason-required");
    const { rows } = await api.owner.pool.query("select entry from query_log where entry_id = $1", [body.entryId]);
    expect(rows[0].entry.toString()).not.toContain(subject.nationalId);
  });
});

describe("§4(1)2 who may ask", () => {
  test("§4(1)2 missing, wrong, revoked, expired and future credentials", async () => {
    const expired = await seedCredential(
      api.owner.pool,
      integrationId,
      new Date(Date.now() - 90 * 86_400_000),
      new Date(Date.now() - 1000),
    );
    const future = await seedCredential(api.owner.pool, integrationId, new Date(Date.now() + 60_000), new Date(Date.now() + 120_000));
    const revoked = await seedCredential(api.owner.pool, integrationId);
    await api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [revoked.credentialId]);
    await api.settle();
    const codes = await Promise.all(
      [undefined, "vp_wrong", expired.token, future.token, revoked.token].map(async (presented) => {
        const { status, body } = await ask(api.url, asked(), { token: presented });
        expect(await outcomeOf(body.entryId)).toBe(`refused:${body.code}`);
        return [status, body.code];
      }),
    );
    expect(codes).toEqual([
      [401, "missing-credential"],
      [401, "unknown-credential"],
      [401, "expired-credential"],
      [401, "expired-credential"],
      [401, "revoked-credential"],
    ]);
  });

  test("§3(7) another address is refused, and a forged forwarding header changes nothing", async () => {
    const plain = await ask(api.url, asked(), { token, from: "127.0.0.2" });
    const forged = await ask(api.url, asked(), {
      token,
      from: "127.0.0.2",
      headers: { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1" },
    });
    expect([plain.status, plain.body.code, forged.body.code]).toEqual([403, "address-not-allowed", "address-not-allowed"]);
  });

  test("§3(7) behind a configured proxy the last hop counts, not what the client wrote before it", async () => {
    const through = (forwardedFor: string) =>
      ask(api.url, asked(), { token, from: "127.0.0.9", headers: { "x-forwarded-for": forwardedFor } });
    expect((await through("10.1.2.3")).status).toBe(200);
    expect((await through("9.9.9.9, 2001:DB8:0::1, 127.0.0.9")).status).toBe(200);
    expect((await through("127.0.0.1, 9.9.9.9")).body.code).toBe("address-not-allowed");
    expect((await through("nonsense")).body.code).toBe("address-not-allowed");
  });

  test.each([
    ["suspended", { state: "suspended" }, "integration-suspended"],
    ["past its period", { until: new Date(Date.now() - 1000) }, "integration-expired"],
    ["before its period", { from: new Date(Date.now() + 60_000) }, "integration-not-active"],
    ["provisioned only", { state: "provisioned" }, "integration-not-active"],
    ["revoked", { state: "revoked" }, "integration-not-active"],
  ])("§4(1)2 an integration %s", async (_title, rights, code) => {
    const other = await seedIntegration(api.owner.pool, { checks: ["resident"], ...rights });
    await expect.poll(async () => (await ask(api.url, asked(), { token: other.token })).body.code).toBe(code);
  });

  test("§4(1)2 a revocation acts within a second", async () => {
    const other = await seedIntegration(api.owner.pool, { checks: ["resident"] });
    await expect.poll(async () => (await ask(api.url, asked(), { token: other.token })).status).toBe(200);
    await api.owner.pool.query("update integration set state = 'revoked' where integration_id = $1", [other.integrationId]);
    const started = performance.now();
    while ((await ask(api.url, asked(), { token: other.token })).status === 200) expect(performance.now() - started).toBeLessThan(1000);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("§4(1)2 data that may not answer", () => {
  test.each([
    ["outside its approved period", "update dataset set approved_until = '2025-01-01' where dataset_id = 1", "dataset-not-approved"],
    [
      "older than allowed",
      "update generation set as_of = as_of - 100 where generation_id = (select current_generation_id from dataset where dataset_id = 1)",
      "data-out-of-date",
    ],
  ])("§4(1)2 a dataset %s", async (_title, change, code) => {
    const other = await startTestApi();
    try {
      await seedGenerations(other.owner.pool, other.keyStore, Object.values(PEOPLE));
      await other.owner.pool.query(change);
      await other.owner.pool.query("update access_version set version = version + 1");
      const { token: otherToken } = await seedIntegration(other.owner.pool, { checks: [...ALL_CHECKS] });
      await expect.poll(async () => (await ask(other.url, asked(), { token: otherToken })).body.code).toBe(code);
    } finally {
      await other.close();
    }
  });

  test("§4(1)2 nothing imported yet", async () => {
    const other = await startTestApi();
    try {
      const { token: otherToken } = await seedIntegration(other.owner.pool, { checks: ["resident"] });
      await expect.poll(async () => (await ask(other.url, asked(), { token: otherToken })).body.code).toBe("data-not-available");
    } finally {
      await other.close();
    }
  });
});
