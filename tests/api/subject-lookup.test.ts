import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAccessRegister } from "../../src/api/access-register.ts";
import { createSubjectLookup } from "../../src/api/subject-lookup.ts";
import { normaliseName } from "../../src/domain/person-name.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, UNKNOWN_ID } from "../support/people.ts";
import { expectSameTime } from "../support/same-time.ts";
import { seedGenerations } from "../support/seed.ts";

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
});
afterAll(() => api.close());

/** Nobody's names, each of as many characters as a name may have. */
const NAMES = Array.from({ length: 1000 }, (_, place) =>
  normaliseName(Array.from({ length: 50 }, (__, at) => String.fromCharCode(0x4e00 + ((place * 977 + at * 131) % 20_000))).join("")),
);

test.each([
  ["whose name can be read", PEOPLE.plain.nationalId],
  ["whose name is unreadable in part", PEOPLE.unreadable.nationalId],
])("§4(1)4 trying a thousand names takes as long for nobody's number as for that of a person %s", async (_, nationalId) => {
  // The lookup by itself: a whole request's time would hide what many requests show.
  const register = await openAccessRegister(api.owner.pool, pino({ level: "silent" }));
  const lookUp = createSubjectLookup(api.keyStore.index);
  const data = register.current().datasets.requireAvailable(["resident"], taipeiDate(Date.now()));
  const tryNames = (number: string) => async () => {
    const subjects = NAMES.map((name) => ({ nationalId: number, name, birthDate: undefined }));
    const [finding] = lookUp(subjects, data);
    expect(finding?.match).toBe("noMatch");
  };
  try {
    await expectSameTime(100, tryNames(UNKNOWN_ID), tryNames(nationalId));
  } finally {
    await register.close();
  }
});
