import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printableText } from "../../src/domain/printable-text.ts";

describe("a text that others chose", () => {
  test("§4(2)2 keeps what can be seen, and has the rest written out", () => {
    expect(printableText("民政處 <civil@example.invalid>")).toBe("民政處 <civil@example.invalid>");
    expect(printableText("a\u001b[2Jb\u202ec\u2028")).toBe("a\\u001b[2Jb\\u202ec\\u2028");
    expect(printableText("\u{e0001}")).toBe("\\udb40\\udc01");
  });

  test("§4(2)2 holds nothing afterwards that can't be seen, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printableText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
