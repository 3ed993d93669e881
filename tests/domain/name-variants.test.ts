import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldVariants } from "../../src/domain/name-variants.ts";

describe("variant forms", () => {
  test.each(["臺台", "黃黄", "峰峯", "啟啓", "群羣", "溫温", "吉𠮷", "彥彦", "吳呉", "高髙", "屏屛", "贊賛", "裴裵"])(
    "§2(4) are folded to the standard form: %s",
    (pair) => {
      const [standard = "", variant = ""] = [...pair];
      expect(foldVariants(`王${variant}明${variant}`)).toBe(`王${standard}明${standard}`);
      expect(foldVariants(standard)).toBe(standard);
    },
  );

  test.each([
    "堃坤",
    "喆哲",
    "婕媫",
    "涂塗",
    "涂凃",
    "范範",
    "余餘",
    "游遊",
    "勳勛",
    "豔艷",
    "晟晠",
    "凌淩",
    "邱丘",
    "昇升",
    "皓晧",
    "傑杰",
    "岳嶽",
    "澂澄",
    "瑞端",
    "陳陈",
  ])("§2(4) are not different names: %s", (pair) => {
    const [one = "", other = ""] = [...pair];
    expect(foldVariants(one)).not.toBe(foldVariants(other));
  });

  test("§2(4) are also radicals, which PDFs put in a character's place", () => {
    expect(foldVariants("⽟⼤⿈")).toBe("玉大黃");
  });

  test("§2(4) are folded at once: folding again changes nothing, and no form is lost to NFC", () => {
    for (let code = 0x2e80; code <= 0x2fa1f; code += 1) {
      const character = String.fromCodePoint(code);
      const folded = foldVariants(character);
      if (folded === character) continue;
      expect(foldVariants(folded), character).toBe(folded);
      expect([...folded], character).toHaveLength(1);
      expect(character.normalize("NFC"), character).toBe(character);
      expect(folded.normalize("NFC"), character).toBe(folded);
    }
  });

  test("§2(4) are folded wherever they stand", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(..."王台黄峯𠮷a·■")), (characters) => {
        expect(foldVariants(characters.join(""))).toBe(characters.map(foldVariants).join(""));
      }),
    );
  });
});
