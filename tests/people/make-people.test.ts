import { describe, expect, test } from "vitest";
import { isCitizenId } from "../../src/domain/national-id.ts";
import { normaliseName } from "../../src/domain/person-name.ts";
import { parseDate } from "../../src/domain/roc-date.ts";
import { type MadeUpPerson, makePeople } from "../../src/people/make-people.ts";

const COUNT = 40_000;
const people = [...makePeople(COUNT, 7)];
const share = (fits: (person: MadeUpPerson) => boolean) => people.filter(fits).length / COUNT;
const named = (pattern: RegExp) => people.some(({ name }) => pattern.test(name));

describe("made-up people", () => {
  test("§4(1)4 each have an ID number of their own, valid, most but not all from the county", () => {
    expect(new Set(people.map(({ nationalId }) => nationalId)).size).toBe(COUNT);
    expect(people.every(({ nationalId }) => isCitizenId(nationalId))).toBe(true);
    expect(new Set(people.map(({ nationalId }) => nationalId[0])).size).toBe(26);
    expect(share(({ nationalId }) => nationalId.startsWith("M"))).toBeCloseTo(2 / 3, 1);
    expect(share(({ nationalId }) => nationalId[1] === "2")).toBeCloseTo(0.5, 1);
  });

  test("§4(1)4 have names and birth dates that a register could hold", () => {
    for (const { name, birthDate } of people) {
      expect(() => normaliseName(name)).not.toThrow();
      expect(parseDate(birthDate)).toBe(birthDate);
    }
    expect(people.some(({ birthDate }) => birthDate.endsWith("-02-29"))).toBe(true);
  });

  test.each<[string, RegExp]>([
    ["of two characters", /^\p{sc=Han}{2}$/u],
    ["of four characters", /^(歐陽|張簡|范姜|諸葛)\p{sc=Han}{2}$/u],
    ["with each separator", /·/],
    ["with each separator", /‧/],
    ["with each separator", /・/],
    ["with each separator", /．/],
    ["with each separator", /•/],
    ["in Latin script", /^[A-Za-z]+ [A-Za-z]+$/],
    ["in full-width Latin script", /^[Ａ-Ｚａ-ｚ]+.[Ａ-Ｚａ-ｚ]+$/],
    ["with a glottal stop", /’/],
    ["of extension B", /[\u{20000}-\u{2a6df}]/u],
    ["with a compatibility ideograph", /[\uf900-\ufaff]/],
    ["with a variation selector", /\u{e0100}/u],
    ["with a private-use character", /[\ue000-\uf8ff]/],
    ["with a missing character", /■/],
    ["with a variant", /[峯群温黄]/],
  ])("§2(4) have names as registers have them: %s %s", (_what, pattern) => {
    expect(named(pattern)).toBe(true);
  });

  test("§2(4) are indigenous, living alone and disabled in about the county's shares", () => {
    expect(share(({ indigenous }) => indigenous)).toBeCloseTo(0.05, 1);
    expect(share(({ disabled }) => disabled)).toBeCloseTo(0.05, 1);
    expect(share(({ livesAlone }) => livesAlone)).toBeGreaterThan(0.005);
    expect(people.filter(({ livesAlone }) => livesAlone).every(({ birthDate }) => birthDate < "1962")).toBe(true);
  });

  test("§4(1)4 are the same for the same seed, and more of them begin with the same", () => {
    expect([...makePeople(100, 7)]).toEqual(people.slice(0, 100));
    expect([...makePeople(100, 8)]).not.toEqual(people.slice(0, 100));
  });

  test("§4(1)4 are refused where their ID numbers would run out", () => {
    for (const count of [-1, 1.5, Number.NaN, 10_000_001]) expect(() => [...makePeople(count)]).toThrow("can be made up");
  });
});
