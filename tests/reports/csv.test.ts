import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BYTE_ORDER_MARK, csvLine } from "../../src/reports/csv.ts";

const readBack = (text: string) => parse(text, { bom: true, relax_column_count: true }) as string[][];

describe("a CSV file", () => {
  test("§4(2)2 holds no cell that a spreadsheet would carry out", () => {
    const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＠x", '=HYPERLINK("http://x")'];
    for (const [cell = ""] of readBack(formulas.map((formula) => csvLine([formula])).join(""))) expect(cell[0]).toBe("'");
    expect(csvLine(["113-社-1", "a=b", "王○明"])).toBe('"113-社-1","a=b","王○明"\r\n');
  });

  test("§4(2)2 comes back as it was written", () => {
    const cell = fc.string({ unit: "grapheme" }).filter((text) => !/^\s*[=+\-@\t\r＝＋－＠]/u.test(text) && !text.includes("\ufeff"));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        expect(readBack(BYTE_ORDER_MARK + rows.map(csvLine).join(""))).toEqual(rows);
      }),
    );
  });
});
