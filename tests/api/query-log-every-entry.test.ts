import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSealedPart } from "../../src/adapters/sealed-part.ts";
import { type Answer, ask, startTestApi, type TestApi } from "../support/api.ts";
import { ALL_CHECKS, madeUpId, question, UNKNOWN_ID } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

const COUNT = 2000;
let api: TestApi;
let token: string;
let integrationId: number;

beforeAll(async () => {
  api = await startTestApi();
  const people = Array.from({ length: 500 }, (_, place) => ({
    nationalId: madeUpId(5000 + place),
    name: "李小華",
    birthDate: "1990-01-01",
    indigenous: place % 2 === 0,
  }));
  const alone = people.filter((_, place) => place % 3 === 0).map(({ nationalId }) => nationalId);
  await seedGenerations(api.owner.pool, api.keyStore, people, { alone });
  ({ token, integrationId } = await seedIntegration(api.owner.pool, { checks: [...ALL_CHECKS] }));
  await api.settle();
});
afterAll(() => api.close());

/** What the one in this place asks; no two ask the same. */
function asked(place: number) {
  const nationalId = place % 5 === 4 ? UNKNOWN_ID : madeUpId(5000 + (place % 500));
  const name = place % 7 === 6 ? "王大明" : "李小華";
  return question({ nationalId, name }, { operator: `tax-${place}`, caseNumber: `113-社-${place}`, reason: `審查第${place}件` });
}

/** What must be answered to it. */
function expected(place: number) {
  if (place % 5 === 4 || place % 7 === 6)
    return { subject: "noMatch", answers: { resident: false, indigenous: null, elderlyLivingAlone: null, disability: null } };
  const person = place % 500;
  return {
    subject: "match",
    answers: { resident: true, indigenous: person % 2 === 0, elderlyLivingAlone: person % 3 === 0, disability: false },
  };
}

describe("two thousand questions at once", () => {
  let answers: Answer[];

  test("§4(2)5 each gets its own right answer", async () => {
    answers = await Promise.all(Array.from({ length: COUNT }, (_, place) => ask(api.url, asked(place), { token })));
    for (const [place, { status, body }] of answers.entries()) {
      expect(status).toBe(200);
      expect(body, `question ${place}`).toMatchObject(expected(place));
    }
  });

  test("§4(2)5 leave two thousand entries, each of which holds what its own asker asked and was told", async () => {
    const { rows } = await api.owner.pool.query(
      "select entry_id, entry, leaf_hash, operator, outcome, subject_index, case_number_index from query_log",
    );
    expect(rows).toHaveLength(COUNT);
    const entryOf = new Map(rows.map((row) => [row.entry_id, row]));
    for (const [place, { body }] of answers.entries()) {
      const row = entryOf.get(body.entryId);
      const entry = JSON.parse(row.entry.toString("utf8"));
      const { operator, caseNumber, reason, subject, checks, operationCode } = asked(place);
      const told = { entryId: body.entryId, outcome: body.subject, answers: body.answers, asOf: body.asOf };
      expect(entry).toMatchObject({ ...told, integration: integrationId, operator, operationCode, checks, sourceAddress: "127.0.0.1" });
      expect(openSealedPart(api.keyStore.logEncryption.get(entry.keyId), entry.sealed, entry.entryId)).toEqual({
        caseNumber,
        reason,
        subject,
      });
      expect(hash("sha256", Buffer.concat([Buffer.of(0), row.entry]), "hex")).toBe(body.receipt.leafHash);
      expect([row.leaf_hash.toString("hex"), row.operator, row.outcome]).toEqual([body.receipt.leafHash, operator, body.subject]);
      expect([row.subject_index.toString("hex"), row.case_number_index.toString("hex")]).toEqual([
        entry.subjectIndex,
        entry.caseNumberIndex,
      ]);
    }
    expect(new Set(rows.map(({ case_number_index }) => case_number_index.toString("hex"))).size).toBe(COUNT);
    // Every entry has a place of its own, and no place is empty.
    const places = answers.map(({ body }) => body.receipt.leafIndex).sort((a: number, b: number) => a - b);
    expect(places).toEqual(Array.from({ length: COUNT }, (_, place) => place));
  });
});
