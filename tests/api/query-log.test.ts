import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { openSealedPart } from "../../src/adapters/sealed-part.ts";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { ALL_CHECKS, madeUpId, PEOPLE, question, UNKNOWN_ID } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
let integrationId: number;
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name, birthDate: PEOPLE.plain.birthDate };

beforeAll(async () => {
  api = await startTestApi();
  const crowd = Array.from({ length: 1000 }, (_, place) => ({
    nationalId: madeUpId(5000 + place),
    name: "李小華",
    birthDate: "1990-01-01",
    indigenous: place % 2 === 0,
  }));
  await seedGenerations(api.owner.pool, api.keyStore, [...Object.values(PEOPLE), ...crowd]);
  ({ token, integrationId } = await seedIntegration(api.owner.pool, { checks: [...ALL_CHECKS] }));
  await api.settle();
});
afterAll(() => api.close());

async function entryOf(entryId: string) {
  const { rows } = await api.owner.pool.query("select *, asked_at::text as asked from query_log where entry_id = $1", [entryId]);
  return { row: rows[0], entry: JSON.parse(rows[0].entry.toString("utf8")) };
}

async function countEntries(where = "true"): Promise<number> {
  const { rows } = await api.owner.pool.query(`select count(*)::int as entries from query_log where ${where}`);
  return rows[0].entries;
}

describe("§4(2)5 what an entry holds", () => {
  test("§4(2)5 account, time, operation code, conditions, case number, reason and the answer", async () => {
    const before = Date.now();
    const { body } = await ask(api.url, question(subject), { token });
    const { row, entry } = await entryOf(body.entryId);
    expect(entry).toMatchObject({
      version: 1,
      entryId: body.entryId,
      integration: integrationId,
      sourceAddress: "127.0.0.1",
      operator: "tax-042",
      operationCode: "V01",
      checks: [...ALL_CHECKS],
      outcome: "match",
      answers: body.answers,
      asOf: body.asOf,
    });
    expect(Date.parse(entry.askedAt)).toBeGreaterThanOrEqual(before);
    expect(new Date(row.asked).getTime()).toBe(Date.parse(entry.askedAt));
    expect(openSealedPart(api.keyStore.logEncryption.get(entry.keyId), entry.sealed, entry.entryId)).toEqual({
      caseNumber: "113-社-000123",
      reason: "低收入戶資格審查",
      subject,
    });
    expect(() => openSealedPart(api.keyStore.logEncryption.current, entry.sealed, entry.entryId.replace(/.$/, "f"))).toThrow();
  });

  test("§4(2)5 the receipt is the RFC 6962 leaf hash of the stored bytes, and the columns repeat them", async () => {
    const { body } = await ask(api.url, question(subject), { token });
    const { row, entry } = await entryOf(body.entryId);
    expect(hash("sha256", Buffer.concat([Buffer.of(0), row.entry]), "hex")).toBe(body.receipt.leafHash);
    expect(row.leaf_hash.toString("hex")).toBe(body.receipt.leafHash);
    expect([row.operator, row.operation_code, row.outcome, row.integration_id]).toEqual([
      entry.operator,
      entry.operationCode,
      entry.outcome,
      entry.integration,
    ]);
    expect([row.subject_index.toString("hex"), row.case_number_index.toString("hex")]).toEqual([entry.subjectIndex, entry.caseNumberIndex]);
  });

  test("§4(1)4 a dump of all tables without the keys holds no ID number, name or birth date", async () => {
    await ask(api.url, question(subject, { reason: "查核王小明案" }), { token });
    const { rows: tables } = await api.owner.pool.query(
      "select format('%I', tablename) as name from pg_tables where schemaname = 'public'",
    );
    for (const { name } of tables) {
      const { rows } = await api.owner.pool.query(`select ${name}::text as line from ${name}`);
      const dump = rows.map(({ line }) => line).join("\n");
      const readable =
        dump + Buffer.from((dump.match(/\\\\x[0-9a-f]+/g) ?? []).map((hex) => hex.slice(3)).join(""), "hex").toString("utf8");
      for (const secret of [subject.nationalId, subject.name, subject.birthDate, "小明"])
        expect(readable.includes(secret), `${name} holds ${secret}`).toBe(false);
    }
  });

  test("no log line of the process holds personal data or secrets", async () => {
    await ask(api.url, question({ nationalId: "M100000000", name: "王小明" }), { token });
    const lines = api.logLines.join("\n");
    expect(lines).toContain("invalid-national-id");
    for (const secret of [subject.nationalId, "M100000000", "王小明", token, "113-社"]) expect(lines).not.toContain(secret);
    const metrics = await ask(api.url, undefined, { method: "GET", path: "/metrics" });
    expect(metrics.text).toContain("verification_subjects_total");
    expect(metrics.text).not.toContain("王");
    expect(metrics.text).toContain("\nnotices_waiting 0\n");
    expect((await ask(api.url, undefined, { method: "GET", path: "/metrics", from: "127.0.0.3" })).status).toBe(403);
  });
});

describe("§4(1)5 the log only grows", () => {
  test.each([
    ["UPDATE", "update query_log set outcome = 'match'"],
    ["DELETE", "delete from query_log"],
    ["TRUNCATE", "truncate query_log"],
    ["UPDATE of a partition", `update query_log_${monthOfEntry(Date.now()).replace("-", "_")} set outcome = 'match'`],
    ["DROP", "drop table query_log"],
    ["disabling triggers", "alter table query_log disable trigger all"],
    ["becoming the owner", "set role postgres"],
    ["changing rights", "insert into integration_scope values (1, 'disability')"],
    ["writing subjects", "delete from subject_record"],
  ])("§4(1)5 %s is refused to the API's role and the worker's", async (_title, statement) => {
    for (const url of [api.database.apiUrl, api.database.workerUrl]) {
      if (url === api.database.workerUrl && statement.includes("integration_scope")) continue;
      const { pool, close } = openDatabase(url, { max: 1 });
      await expect(pool.query(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|0LP01)$/) });
      await close();
    }
  });
});

describe("§4(2)5 one entry per question, whatever happens", () => {
  test("§4(2)5 two thousand questions at once: two thousand entries, each with its right answer", async () => {
    const before = await countEntries();
    const answers = await Promise.all(
      Array.from({ length: 2000 }, async (_, place) => {
        const nationalId = place % 4 === 3 ? UNKNOWN_ID : madeUpId(5000 + (place % 1000));
        const { status, body } = await ask(api.url, question({ nationalId, name: "李小華" }), { token });
        return { place, nationalId, status, body };
      }),
    );
    for (const { place, status, body } of answers) {
      expect(status).toBe(200);
      expect(body.subject).toBe(place % 4 === 3 ? "noMatch" : "match");
      if (place % 4 !== 3) expect(body.answers.indigenous).toBe((place % 1000) % 2 === 0);
    }
    expect(await countEntries()).toBe(before + 2000);
    expect(new Set(answers.map(({ body }) => body.entryId)).size).toBe(2000);
    const sample = answers[1500];
    const { entry } = await entryOf(sample?.body.entryId);
    const sealed = openSealedPart(api.keyStore.logEncryption.current, entry.sealed, entry.entryId);
    expect(sealed.subject).toMatchObject({ nationalId: sample?.nationalId });
  });

  test("§4(2)5 retries with the same Idempotency-Key get the same answer and one entry, at once or later", async () => {
    const headers = { "idempotency-key": "retry-1" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(api.url, question(subject, { caseNumber: "113-社-R1" }), { token, headers })),
    );
    answers.push(await ask(api.url, question(subject, { caseNumber: "113-社-R1" }), { token, headers }));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    const { entry } = await entryOf(answers[0]?.body.entryId);
    expect(await countEntries(`case_number_index = decode('${entry.caseNumberIndex}', 'hex')`)).toBe(1);
  });

  test("§4(2)5 batches are retried whole, and a key used for something else is refused", async () => {
    const { subject: _, ...rest } = question({});
    const batch = {
      ...rest,
      subjects: Array.from({ length: 120 }, (_, place) => ({ nationalId: madeUpId(5000 + place), name: "李小華" })),
    };
    const send = (body: unknown, path: string) => ask(api.url, body, { token, path, headers: { "idempotency-key": "retry-2" } });
    const before = await countEntries();
    const [first, second] = [await send(batch, "/v1/verifications/batch"), await send(batch, "/v1/verifications/batch")];
    expect(first.body.results).toHaveLength(120);
    expect(second.text).toBe(first.text);
    expect(await countEntries()).toBe(before + 120);
    const other = await send(question(subject), "/v1/verifications");
    expect([other.status, other.body.code]).toEqual([422, "idempotency-key-reused"]);
    expect((await ask(api.url, question(subject), { token, headers: { "idempotency-key": "has space" } })).body.code).toBe(
      "invalid-idempotency-key",
    );
  });
});
