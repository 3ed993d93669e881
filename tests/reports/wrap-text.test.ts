import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wrapText } from "../../src/reports/wrap-text.ts";

/** Chinese characters are an em wide, Latin ones half of it. */
const advanceOf = (character: string) => (/[\u0020-\u024f]/.test(character) ? 0.5 : 1);
const widthOf = (line: string) => [...line].reduce((sum, character) => sum + advanceOf(character), 0);

describe("a text in lines", () => {
  test.each([
    ["低收入戶資格審查", 4, ["低收入戶", "資格審查"]],
    ["低收入戶，資格", 4, ["低收入", "戶，資格"]],
    ["他說：「請審查資格。」並", 10, ["他說：「請審查資", "格。」並"]],
    ["請審查資格人）」。", 7, ["請審查資格", "人）」。"]],
    ["。。。。。。", 4, ["。。。。", "。。"]],
    [" abcde。", 3, [" abcde", "。"]],
    ["文件編號　時間", 4, ["文件編號", "時間"]],
    ["依 section 12", 4, ["依", "section", "12"]],
    ["address-not-allowed 10:00:00", 6, ["address-not-", "allowed", "10:00:00"]],
    ["abcdefghij", 3, ["abcdef", "ghij"]],
    ["一\n二\r\n三", 9, ["一", "二", "三"]],
    ["𠮷𠮷𠮷", 2, ["𠮷𠮷", "𠮷"]],
    ["", 5, [""]],
  ])("breaks %j at %d ems", (text, width, lines) => {
    expect(wrapText(text, width, advanceOf)).toEqual(lines);
  });

  test("never begins a line with a closing mark where what stands before it can go along", () => {
    const character = fc.constantFrom(..."資格審查。」，）");
    fc.assert(
      fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
        // So few together that they fit into a line with what stands before them.
        const text = characters.join("").replace(/[。」，）]{4,}/g, "。」");
        for (const line of wrapText(text, 8, advanceOf).slice(1)) expect(line).not.toMatch(/^[。」，）]/);
      }),
    );
  });

  test("loses nothing but spaces at the ends of lines, and keeps within the width", () => {
    const character = fc.constantFrom(..."王小明資格審查，。）」「（ab1-/: \u0301𠮷〓");
    fc.assert(
      fc.property(fc.array(character, { maxLength: 60 }), fc.integer({ min: 2, max: 12 }), (characters, width) => {
        const text = characters.join("");
        const lines = wrapText(text, width, advanceOf);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
