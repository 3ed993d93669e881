import fc from "fast-check";
import { isIdCardNumber } from "taiwan-id-validator";
import { describe, expect, test } from "vitest";
import {
  checkDigit,
  holdsNationalId,
  isCitizenId,
  isNationalId,
  maskNationalId,
  normaliseNationalId,
} from "../../src/domain/national-id.ts";

const firstNine = fc.stringMatching(/^[A-Z][1289A-D][0-9]{7}$/);
const digit = fc.integer({ min: 0, max: 9 });
const anyRuns = { numRuns: 2000 };

describe("an ID number", () => {
  test("§2(4) of a citizen has a letter, 1 or 2, and a check digit that fits", () => {
    for (const id of [
      "A123456789",
      "M123456781".replace(/.$/, String(checkDigit("M12345678"))),
      "O200000004".replace(/.$/, String(checkDigit("O20000000"))),
    ]) {
      expect(isCitizenId(id), id).toBe(true);
    }
    for (const id of [
      "A123456788",
      "A323456789",
      "a123456789",
      "A12345678",
      "A1234567890",
      "A12345678X",
      "",
      "Ａ123456789",
      "AA23456789",
    ]) {
      expect(isCitizenId(id), id).toBe(false);
    }
  });

  test("§2(4) of a resident certificate counts, old format and new, but is no citizen's", () => {
    for (const id of ["A800000014", "AC01234567", "FA12345689"]) {
      expect(isNationalId(id), id).toBe(true);
      expect(isCitizenId(id), id).toBe(false);
    }
  });

  test("§2(4) is judged as an independent library judges it, whatever the check digit", () => {
    fc.assert(
      fc.property(firstNine, digit, (start, last) => {
        const id = `${start}${last}`;
        expect(isCitizenId(id), id).toBe(isIdCardNumber(id, { nationalId: true, uiNumber: false }));
        expect(isNationalId(id), id).toBe(isIdCardNumber(id, { nationalId: true, uiNumber: { oldFormat: true, newFormat: true } }));
      }),
      anyRuns,
    );
  });

  test("§2(4) has exactly one valid check digit", () => {
    fc.assert(
      fc.property(firstNine, (start) => {
        const valid = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((last) => isNationalId(`${start}${last}`));
        expect(valid).toEqual([checkDigit(start)]);
      }),
    );
  });

  test("§2(4) with one wrong digit is found out, where the digit's weight is coprime to ten", () => {
    fc.assert(
      fc.property(firstNine, fc.constantFrom(2, 6, 8, 9), fc.integer({ min: 1, max: 9 }), (start, place, change) => {
        const id = `${start}${checkDigit(start)}`;
        expect(isNationalId(`${id.slice(0, place)}${(Number(id[place]) + change) % 10}${id.slice(place + 1)}`)).toBe(false);
      }),
    );
  });
});

describe("writing an ID number in another way", () => {
  test.each(["m123456789", " M123456789 ", "Ｍ１２３４５６７８９", "\u3000ｍ123456789\t"])("§2(4) makes no difference: %j", (raw) => {
    expect(normaliseNationalId(raw)).toBe("M123456789");
  });

  test("§2(4) never turns another script's letter into an ASCII one", () => {
    expect(isNationalId(normaliseNationalId("ſ123456789"))).toBe(false);
    expect(isNationalId(normaliseNationalId("ı123456789"))).toBe(false);
  });

  test("§2(4) a text is normalised once and for all", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."Mm19Ｍｍ１９ 　\tſı王😀"), maxLength: 12 }),
        (raw) => normaliseNationalId(normaliseNationalId(raw)) === normaliseNationalId(raw),
      ),
    );
  });
});

test("§4(2)2 screens show an ID number without its middle", () => {
  expect(maskNationalId("M123456789")).toBe("M12****789");
});

test("§3(10) a text that holds an ID number is found out, in any width and case, and nothing longer is taken for one", () => {
  expect(["M123456789", "案件m123456789號", "Ｍ１２３４５６７８９", "a_AB12345678"].every(holdsNationalId)).toBe(true);
  expect(["XM123456789", "M1234567890", "113-社-000123", "tax-042"].some(holdsNationalId)).toBe(false);
});
