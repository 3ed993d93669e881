import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ask, ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
const asked = () => question({ nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name }, { checks: ["resident"] });

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
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

  test.each<[string, object, Ask]>([
    ["a list around the question", [asked()], {}],
    ["a list around the subject", { ...asked(), subject: [asked().subject] }, {}],
    ["another method", asked(), { method: "PUT" }],
    ["a path beside the right one", asked(), { path: "/v1/verifications/" }],
    ["a path that there never was, of a stranger", asked(), { path: "/v1/verifications/single", token: "vp_unknown" }],
  ])("§4(2)5 whoever is named in what is asked wrongly is in the log: %s", async (_how, sent, how) => {
    const { status, body } = await ask(api.url, sent, { token, ...how });
    expect(status).toBeGreaterThan(400);
    const { rows } = await api.owner.pool.query("select outcome, operator from query_log where entry_id = $1", [body.entryId]);
    expect(rows).toEqual([{ outcome: `refused:${body.code}`, operator: "tax-042" }]);
  });

  test("another method and another path are told what is, also when nothing was asked", async () => {
    const wrong = await ask(api.url, undefined, { method: "GET", headers: { "content-length": "0" } });
    expect([wrong.status, wrong.headers["allow"], wrong.body.entryId]).toEqual([405, "POST", undefined]);
    expect((await ask(api.url, "no question", { path: "/v1/verifications/" })).status).toBe(404);
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

/** The beginning of a request that says it brings so many bytes; what it brings is sent by whoever asked. */
async function beginBody(credential: string | undefined, bytes: number): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  await once(socket, "connect");
  const authorization = credential === undefined ? "" : `authorization: Bearer ${credential}\r\n`;
  const head = `POST /v1/verifications/batch HTTP/1.1\r\nhost: x\r\n${authorization}content-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
  socket.write(head);
  return socket;
}

describe("bodies that never end", () => {
  const MIB = 1_048_576;
  /** A whole batch, larger than what is read of anybody. */
  const sendBatch = (credential: string) => {
    const { subject, ...rest } = asked();
    const subjects = Array.from({ length: 150 }, () => ({ ...subject, name: "王小明".repeat(10) }));
    return ask(api.url, { ...rest, subjects }, { path: "/v1/verifications/batch", token: credential });
  };
  const entries = async () => (await api.owner.pool.query("select count(*)::int as n from query_log")).rows[0].n as number;
  const begin = (count: number, credential: string | undefined, bytes: number) =>
    Promise.all(Array.from({ length: count }, () => beginBody(credential, bytes)));
  const leave = (sockets: Socket[]) => sockets.forEach((socket) => void socket.destroy());

  test("§4(1)2 of whose rights have ended, take up a bounded room that is not that of those who may ask", async () => {
    const ended = await seedIntegration(api.owner.pool, { checks: ["resident"] });
    await api.owner.pool.query("update credential set revoked_at = now() where credential_id = $1", [ended.credentialId]);
    await api.settle();
    const sockets = await begin(8, ended.token, MIB);
    try {
      // Told what stands against it, though there is no room to read whom it named.
      await expect.poll(async () => (await sendBatch(ended.token)).body.entryId).toBeUndefined();
      const before = await entries();
      expect((await sendBatch(ended.token)).body.code).toBe("revoked-credential");
      expect(await entries()).toBe(before);
      expect((await sendBatch(token)).status).toBe(200);
    } finally {
      leave(sockets);
    }
    await expect.poll(async () => (await sendBatch(ended.token)).body.entryId).toBeDefined();
  });

  test("§4(1)2 of those who may ask, are bounded too: what comes beyond is told to come again", async () => {
    const sockets = await begin(64, token, MIB);
    try {
      await expect
        .poll(async () => {
          const { status, body, headers } = await sendBatch(token);
          return [status, body.code, headers["retry-after"]];
        })
        .toEqual([503, "overloaded", "1"]);
      // A question is none of them.
      expect((await ask(api.url, asked(), { token })).status).toBe(200);
    } finally {
      leave(sockets);
    }
    await expect.poll(async () => (await sendBatch(token)).status).toBe(200);
  });

  test("§4(1)2 of callers who go away are no refusals, and no trouble of the platform's", async () => {
    const refusals = async () => {
      const { text } = await ask(api.url, undefined, { method: "GET", path: "/metrics" });
      return text.split("\n").filter((line) => line.startsWith("verification_refusals_total"));
    };
    const before = await refusals();
    const lines = api.logLines.length;
    for (const credential of [undefined, token]) {
      const sockets = await begin(20, credential, 1000);
      for (const socket of sockets) socket.write('{"operator":');
      await new Promise((resolve) => setTimeout(resolve, 200));
      leave(sockets);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await refusals()).toEqual(before);
    expect(api.logLines.slice(lines)).toEqual([]);
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
