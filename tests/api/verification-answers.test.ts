import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { ALL_CHECKS, PEOPLE, question, UNKNOWN_ID } from "../support/people.ts";
import { expectSameTime } from "../support/same-time.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE), {
    alone: [PEOPLE.alone.nationalId],
    disability: [PEOPLE.alone.nationalId],
  });
  ({ token } = await seedIntegration(api.owner.pool, { checks: [...ALL_CHECKS] }));
  await api.settle();
});
afterAll(() => api.close());

const verify = (subject: Record<string, unknown>, changes?: Record<string, unknown>) => ask(api.url, question(subject, changes), { token });

/** An answer without what must differ between any two: its entry and receipt. */
function withoutReceipt(text: string): string {
  return text.replace(/"entryId":"[^"]*"/, "").replace(/"receipt":\{[^}]*\}/, "");
}

describe("§2(4) answers about one person", () => {
  test("§2(4) name and birth date fit: yes or no to each check, with the data's date and a receipt", async () => {
    const { nationalId, name, birthDate } = PEOPLE.plain;
    const { status, body, headers } = await verify({ nationalId, name, birthDate });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subject: "match",
      answers: { resident: true, indigenous: false, elderlyLivingAlone: false, disability: false },
    });
    expect(Object.keys(body.asOf)).toEqual(["household", "elderly-living-alone", "disability"]);
    expect(body.receipt.leafHash).toMatch(/^[0-9a-f]{64}$/);
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["ratelimit"]).toMatch(/"day";r=\d+/);
  });

  test("§2(4) the name alone or the birth date alone is enough beside the ID number", async () => {
    const { nationalId, name, birthDate } = PEOPLE.alone;
    expect((await verify({ nationalId, name })).body.answers.elderlyLivingAlone).toBe(true);
    expect((await verify({ nationalId, birthDate })).body.answers.disability).toBe(true);
  });

  test("§2(4) writing does not matter: full width, lower case, spaces, another separator", async () => {
    const { nationalId } = PEOPLE.indigenous;
    const fullWidth = [...nationalId].map((character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)).join("");
    expect((await verify({ nationalId: fullWidth, name: "YUKAN・watan" })).body).toMatchObject({
      subject: "match",
      answers: { indigenous: true },
    });
    expect((await verify({ nationalId: nationalId.toLowerCase(), name: "Yukan · Watan" })).body.subject).toBe("match");
  });

  test("§2(4) a name of 50 characters is one however it is written, and none of 51", async () => {
    const { nationalId, name } = PEOPLE.longName;
    for (const written of [name, name.replace("·", " · "), name.normalize("NFD"), ` ${name.toUpperCase()}\u3000`])
      expect((await verify({ nationalId, name: written })).body.subject, written).toBe("match");
    for (const other of [`${name}a`, "a\u0301".repeat(51), " ".repeat(200), `${" ".repeat(200)}王小明`])
      expect((await verify({ nationalId, name: other })).body).toMatchObject({
        code: "invalid-name",
        errors: [{ pointer: "/subject/name" }],
      });
  });

  test("§2(4) a variant form is answered, and said to be one", async () => {
    const { nationalId } = PEOPLE.variant;
    expect((await verify({ nationalId, name: "陳台生" })).body).toMatchObject({ subject: "variant", answers: { resident: true } });
    expect((await verify({ nationalId, name: "陳臺生" })).body.subject).toBe("match");
  });

  test("§2(4) an unreadable character in the register: manual review, all null, if the rest fits", async () => {
    const { nationalId, birthDate } = PEOPLE.unreadable;
    const { body } = await verify({ nationalId, name: "林鈺玉", birthDate });
    expect(body).toMatchObject({
      subject: "manualReview",
      answers: { resident: null, indigenous: null, elderlyLivingAlone: null, disability: null },
    });
    expect((await verify({ nationalId, name: "李鈺玉" })).body.subject).toBe("noMatch");
    expect((await verify({ nationalId, birthDate })).body.subject).toBe("match");
  });

  test("§2(4) an unreadable character in the register and a variant form of another one: manual review too, whoever writes which form", async () => {
    const { nationalId, birthDate } = PEOPLE.unreadableVariant;
    for (const name of ["黃玉臺", "黄玉臺", "黃玉台", "黄玉台"]) {
      expect((await verify({ nationalId, name })).body.subject, name).toBe("manualReview");
      expect((await verify({ nationalId, name, birthDate })).body.answers.resident, name).toBeNull();
    }
    expect((await verify({ nationalId, name: "黄玉明", birthDate })).body.subject).toBe("noMatch");
  });

  test("§4(1)4 an asker's unreadable name tells nothing about who exists", async () => {
    const known = await verify({ nationalId: PEOPLE.plain.nationalId, name: "■■■" });
    const unknown = await verify({ nationalId: UNKNOWN_ID, name: "■■■" });
    expect(known.body.subject).toBe("manualReview");
    expect(withoutReceipt(known.text)).toBe(withoutReceipt(unknown.text));
  });

  test("§4(1)4 a register's name of which nothing can be read tells nothing about who exists, unless the birth date is known", async () => {
    const { nationalId, birthDate } = PEOPLE.whollyUnreadable;
    const known = await verify({ nationalId, name: "林·玉" });
    const unknown = await verify({ nationalId: UNKNOWN_ID, name: "林·玉" });
    expect(known.body.subject).toBe("noMatch");
    expect(withoutReceipt(known.text)).toBe(withoutReceipt(unknown.text));
    expect((await verify({ nationalId, name: "林·玉", birthDate })).body.subject).toBe("manualReview");
  });

  test("§4(1)4 a person who is not there and one whose fields don't fit get byte-identical answers", async () => {
    const { nationalId, name, birthDate } = PEOPLE.plain;
    const answers = await Promise.all([
      verify({ nationalId: UNKNOWN_ID, name, birthDate }),
      verify({ nationalId, name: "王大明", birthDate }),
      verify({ nationalId, name, birthDate: "1980-02-01" }),
    ]);
    expect(answers[0]?.body).toMatchObject({
      subject: "noMatch",
      answers: { resident: false, indigenous: null, elderlyLivingAlone: null, disability: null },
    });
    expect(new Set(answers.map(({ text }) => withoutReceipt(text))).size).toBe(1);
  });

  test.each([
    ["one question", 400, 1],
    // Repeating a person must not magnify what a single question hides.
    ["a batch about one person a thousand times over", 60, 1000],
  ])("§4(1)4 timing does not tell who is not there from whose fields don't fit: %s", async (_, rounds, times) => {
    const { subject: _subject, ...rest } = question({});
    const askAbout = (nationalId: string) => async () => {
      const subject = { nationalId, name: "王大明" };
      if (times === 1) await verify(subject);
      else await ask(api.url, { ...rest, subjects: Array(times).fill(subject) }, { token, path: "/v1/verifications/batch" });
    };
    await expectSameTime(rounds, askAbout(UNKNOWN_ID), askAbout(PEOPLE.alone.nationalId));
  });

  test("§2(4) only the checks asked are answered, in their order", async () => {
    const { nationalId, name } = PEOPLE.plain;
    const { body } = await verify({ nationalId, name }, { checks: ["disability", "resident"] });
    expect(Object.keys(body.answers)).toEqual(["disability", "resident"]);
    expect(Object.keys(body.asOf)).toEqual(["household", "disability"]);
  });
});

describe("§2(4) batches", () => {
  test("§2(4) answers come in order, one log entry each", async () => {
    const subjects = [PEOPLE.plain, PEOPLE.indigenous, PEOPLE.alone].map(({ nationalId, name }) => ({ nationalId, name }));
    const { subject: _, ...rest } = question({});
    const { status, body } = await ask(
      api.url,
      { ...rest, subjects: [...subjects, { nationalId: UNKNOWN_ID, name: "王小明" }] },
      { token, path: "/v1/verifications/batch" },
    );
    expect(status).toBe(200);
    expect(body.results.map((result: { subject: string }) => result.subject)).toEqual(["match", "match", "match", "noMatch"]);
    expect(body.results[1].answers.indigenous).toBe(true);
    const { rows } = await api.owner.pool.query("select entry_id from query_log where entry_id = any($1)", [
      body.results.map((result: { entryId: string }) => result.entryId),
    ]);
    expect(rows).toHaveLength(4);
  });

  test("§2(4) all or nothing: one wrong subject refuses the batch and says which", async () => {
    const { subject: _, ...rest } = question({});
    const good = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };
    const { status, body } = await ask(
      api.url,
      { ...rest, subjects: [good, { nationalId: "M100000000", name: "甲" }] },
      { token, path: "/v1/verifications/batch" },
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "invalid-national-id",
      errors: [{ pointer: "/subjects/1/nationalId", code: "invalid-national-id" }],
    });
  });
});
