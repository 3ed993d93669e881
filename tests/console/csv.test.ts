import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { toCsv } from "../../src/console/csv.ts";

test("a list comes as CSV that readers take as it is, and that no spreadsheet runs", () => {
  const rows = [
    ["編號", "系統"],
    ['115-"社",1', "一行\n兩行"],
    ["=HYPERLINK(1)", "@SUM(1)"],
    ["-1", "+1"],
  ];
  const text = toCsv(rows);
  expect(text.startsWith("\uFEFF")).toBe(true);
  expect(parse(text, { bom: true })).toEqual([...rows.slice(0, 2), ["'=HYPERLINK(1)", "'@SUM(1)"], ["'-1", "'+1"]]);
});
