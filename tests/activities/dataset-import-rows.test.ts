import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRows, type SourceFormat } from "../../src/activities/dataset-import-rows.ts";
import { madeUpId } from "../support/people.ts";

const FORMAT: SourceFormat = {
  kind: "list",
  encoding: "utf-8",
  columns: { nationalId: 0, validFrom: 1 },
  fieldCount: 2,
  today: "2026-11-23",
};

/** The ID numbers that are read from a text, each with its line. */
function rowsOf(text: string): (string | number)[][] {
  const rows: (string | number)[][] = [];
  const writer = {
    household: () => expect.unreachable(),
    list: ({ nationalId }: { nationalId: string }, line: number) => void rows.push([line, nationalId]),
    take: () => new Uint8Array(),
  };
  readRows(Buffer.from(text), 2, FORMAT, writer);
  return rows;
}

describe("the ends of lines", () => {
  const lines = fc.array(fc.record({ id: fc.nat({ max: 999_999 }).map(madeUpId), end: fc.constantFrom("\n", "\r\n") }), { minLength: 1 });

  test("§4(1)1 may be mixed in one file, and are the same with quotes and without", () => {
    fc.assert(
      fc.property(lines, (rows) => {
        const plain = rows.map(({ id, end }) => `${id},1130101${end}`).join("");
        const quoted = rows.map(({ id, end }) => `"${id}",1130101${end}`).join("");
        expect(rowsOf(plain)).toEqual(rows.map(({ id }, index) => [index + 2, id]));
        expect(rowsOf(quoted)).toEqual(rowsOf(plain));
      }),
    );
  });
});
