import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Columns, parseHouseholdRow, parseListRow, recogniseColumns } from "../../src/domain/dataset-import-row.ts";
import { madeUpId } from "../support/people.ts";

const TODAY = "2026-11-23";
const ID = madeUpId(42);
const HOUSEHOLD = recogniseColumns("household", ["統一編號", "姓名", "出生日期", "原住民身分"]) as Columns;
const LIST = recogniseColumns("list", ["統一編號", "起日", "迄日"]) as Columns;
const household = (...fields: string[]) => parseHouseholdRow(HOUSEHOLD, fields, TODAY);

describe("a header", () => {
  test("§4(1)1 is recognised in Chinese and English, in any order and case", () => {
    expect(recogniseColumns("household", ["原住民身分", " 姓名", "國民身分證統一編號", "出生日期"])).toEqual({
      indigenous: 0,
      name: 1,
      nationalId: 2,
      birthDate: 3,
    });
    expect(recogniseColumns("household", ["National_ID", "name", "birth_date", "INDIGENOUS"])).toEqual(HOUSEHOLD);
    expect(recogniseColumns("list", ["national_id"])).toEqual({ nationalId: 0 });
    expect(recogniseColumns("list", ["valid_until", "統一編號"])).toEqual({ validUntil: 0, nationalId: 1 });
  });

  test("§4(1)1 is refused when a column is missing, doubled or unknown", () => {
    expect(recogniseColumns("household", ["統一編號", "姓名", "出生日期"])).toBeUndefined();
    expect(recogniseColumns("household", ["統一編號", "姓名", "出生日期", "原住民身分", "name"])).toBeUndefined();
    expect(recogniseColumns("list", ["統一編號", ""])).toBeUndefined();
    expect(recogniseColumns("list", ["統一編號", "constructor"])).toBeUndefined();
    expect(recogniseColumns("list", [])).toBeUndefined();
  });

  test("§3(10) is refused when the file holds more than the dataset needs", () => {
    expect(recogniseColumns("household", ["統一編號", "姓名", "出生日期", "原住民身分", "住址"])).toBeUndefined();
    expect(recogniseColumns("list", ["統一編號", "姓名"])).toBeUndefined();
    expect(recogniseColumns("household", ["統一編號", "姓名", "出生日期", "原住民身分", "起日"])).toBeUndefined();
  });
});

describe("a row of the household register", () => {
  test("§4(1)1 is read in the forms that will be hashed", () => {
    expect(household(` ${ID.toLowerCase()}`, "王 小明", "0530221", "Y")).toEqual({
      nationalId: ID,
      name: { exact: "王小明", folded: "王小明", unreadable: [] },
      birthDate: "1964-02-21",
      indigenous: true,
    });
  });

  test.each([
    ["invalid-national-id", ["M123456788", "王小明", "0530221", ""]],
    ["invalid-national-id", ["A800000014", "王小明", "0530221", ""]],
    ["invalid-national-id", ["", "王小明", "0530221", ""]],
    ["invalid-birth-date", [ID, "王小明", "1140229", ""]],
    ["invalid-birth-date", [ID, "王小明", "", ""]],
    ["birth-date-in-future", [ID, "王小明", "2026-11-24", ""]],
    ["invalid-indigenous-status", [ID, "王小明", "0530221", "?"]],
    ["invalid-name", [ID, "", "0530221", ""]],
    ["invalid-name", [ID, "王\u0007", "0530221", ""]],
    ["invalid-national-id", []],
  ])("§4(1)1 is refused by a code that holds none of it: %s", (code, fields) => {
    expect(household(...fields)).toBe(code);
  });

  test("§4(1)1 may be of someone born today", () => {
    expect(household(ID, "王小明", TODAY, "")).toMatchObject({ birthDate: TODAY });
  });

  test.each([
    [true, ["Y", "y", "1", "是", "平地原住民", "山地原住民", "原住民", " 山地 "]],
    [false, ["N", "n", "0", "否", "", " ", "無", "非原住民"]],
  ])("§2(4) says indigenous: %s, in each of the ways offices write it", (indigenous, values) => {
    for (const value of values) expect(household(ID, "王小明", "0530221", value), value).toMatchObject({ indigenous });
  });

  test("§4(1)1 is read or refused, whatever it holds", () => {
    const field = fc.oneof(fc.string(), fc.constantFrom(ID, "王小明", "0530221", "Y", "\ud800", "■"));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 5 }), (fields) => {
        const row = household(...fields);
        expect(typeof row === "string" || row.nationalId === ID).toBe(true);
      }),
    );
  });
});

describe("a row of a list", () => {
  test("§4(1)1 names a citizen or the holder of a resident certificate, with or without dates", () => {
    expect(parseListRow(LIST, [ID, "1120101", ""])).toEqual({ nationalId: ID, validFrom: "2023-01-01", validUntil: null });
    expect(parseListRow(LIST, ["A800000014", "", "115/12/31"])).toEqual({
      nationalId: "A800000014",
      validFrom: null,
      validUntil: "2026-12-31",
    });
    expect(parseListRow({ nationalId: 0 }, [ID])).toEqual({ nationalId: ID, validFrom: null, validUntil: null });
    expect(parseListRow(LIST, [ID, "1120101", "1120101"])).toMatchObject({ validFrom: "2023-01-01", validUntil: "2023-01-01" });
  });

  test.each(["999/12/31", "9991231", "9999-12-31", "民國999年12月31日"])("§2(4) has no end when that is written as %s", (validUntil) => {
    expect(parseListRow(LIST, [ID, "1120101", validUntil])).toEqual({ nationalId: ID, validFrom: "2023-01-01", validUntil: null });
  });

  test.each([
    ["invalid-national-id", ["M123456788", "", ""]],
    ["invalid-validity", [ID, "1140229", ""]],
    ["invalid-validity", [ID, "", "soon"]],
    ["invalid-validity", [ID, "", "999/12/32"]],
    ["invalid-validity", [ID, "9999-12-31", ""]],
    ["invalid-validity", [ID, "1120102", "1120101"]],
  ])("§4(1)1 is refused by a code that holds none of it: %s", (code, fields) => {
    expect(parseListRow(LIST, fields)).toBe(code);
  });
});
