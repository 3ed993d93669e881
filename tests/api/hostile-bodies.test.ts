import { request } from "node:http";
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

  /** A batch larger than what is read of anybody, and the entries that it left in the log. */
  const large = (subjects = 200) => {
    const { subject, ...rest } = asked();
    return {
      ...rest,
      reason: `大量查驗 ${subjects}`,
      subjects: Array.from({ length: subjects }, () => ({ ...subject, name: "王小明".repeat(10) })),
    };
  };
  const entries = async () => (await api.owner.pool.query("select count(*)::int as n from query_log")).rows[0].n as number;
  const batch = { path: "/v1/verifications/batch" };

  test.each([
    ["with its length", (body: string) => ask(api.url, body, { ...batch, token: "vp_unknown" })],
    ["in pieces of no known length", (body: string) => askInPieces(body, "vp_unknown")],
  ])("§4(1)2 of strangers, sent %s, are not kept beyond what one question takes", async (_how, send) => {
    const before = await entries();
    const answer = await send(JSON.stringify(large()));
    expect([answer.status, answer.body.code]).toEqual([401, "unknown-credential"]);
    expect(await entries()).toBe(before);
    // One question is read and on record, whoever asks it.
    const small = await ask(api.url, asked(), { token: "vp_unknown" });
    expect([small.body.code, await entries()]).toEqual(["unknown-credential", before + 1]);
  });

  test("§4(2)5 of a known integration are read and logged whole, whatever stands against them", async () => {
    const before = await entries();
    const elsewhere = await ask(api.url, large(), { ...batch, token, from: "127.0.0.2" });
    expect([elsewhere.body.code, await entries()]).toEqual(["address-not-allowed", before + 200]);
  });

  test("§4(1)2 are judged by the rights of the moment when all has come", async () => {
    const other = await seedIntegration(api.owner.pool, { checks: ["resident"] });
    await api.settle();
    const answer = await askInPieces(JSON.stringify(large()), other.token, async () => {
      await api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [other.credentialId]);
      await api.settle();
    });
    expect([answer.status, answer.body.code]).toEqual([401, "revoked-credential"]);
  });
});

/** Sends a batch without telling its length, and does something when half of it is there. */
function askInPieces(body: string, credential: string, half: () => Promise<void> = async () => undefined) {
  return new Promise<{ status: number | undefined; body: { code: string } }>((resolve, reject) => {
    const sent = request(new URL("/v1/verifications/batch", api.url), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("end", () => resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }));
    });
    sent.write(body.slice(0, body.length / 2), () => void half().then(() => sent.end(body.slice(body.length / 2)), reject));
  });
}
