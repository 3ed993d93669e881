import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blankPositions, maskName, normaliseName, readableCharacters, toPositionMask } from "../../src/domain/person-name.ts";
import { ruleBroken } from "../support/integration.ts";

const exactOf = (raw: string) => normaliseName(raw).exact;
/** Characters that meet in names, and ones that only faults and tricks bring. */
const anyName = fc.string({
  unit: fc.constantFrom(..."王臺台峯𠮷・‧·．. \u3000Ａaｂ´’'`-‐e\u0301\u200d\u{e0100}\ufe00\ue000■?〇İß⽟樂\ud800"),
  minLength: 1,
  maxLength: 60,
});

describe("the exact form of a name", () => {
  test.each([
    ["the same name", "王小明", "王小明"],
    ["compatibility ideographs", "\uf914\ufa16", "樂猪"],
    ["a compatibility ideograph beyond the first plane", "\u{2f81a}", "冬"],
    ["variation selectors", "葛\u{e0100}城\ufe00", "葛城"],
    ["spaces", " 王 小\u3000明 ", "王小明"],
    ["full-width letters", "Ｙｕｋａｎ", "yukan"],
    ["Latin case and spaces", "Yukan Watan", "yukanwatan"],
    ["marks apart from their letter", "Le\u0301", "l\u00e9"],
    ["marks kept apart by a joiner", "Le\u200d\u0301", "l\u00e9"],
    ["what shows nothing", "王\u00ad小\u200b明\u2060\ufeff\u3164", "王小明"],
  ])("§2(4) %s", (_what, raw, exact) => {
    expect(exactOf(raw)).toBe(exact);
  });

  test("§2(4) has one separator for the many that files have", () => {
    for (const separator of ["·", "‧", "・", "．", ".", "•", "･", " ‧ "]) expect(exactOf(`尤幹${separator}納甫`)).toBe("尤幹·納甫");
  });

  test("§2(4) has one glottal stop, and leaves other signs alone", () => {
    for (const stop of ["’", "'", "‘", "ʼ", "´", "`", "＇", "′"]) expect(exactOf(`Lu${stop}ay`)).toBe("lu’ay");
    expect(exactOf("Lu^ay")).not.toBe(exactOf("Lu’ay"));
  });

  test("§2(4) keeps apart what compatibility folding would mix up", () => {
    for (const name of ["①", "㊀", "ﬁ", "²"]) expect(exactOf(`王${name}`)).toBe(`王${name}`);
  });

  test("§2(4) keeps variants apart: only the folded form joins them", () => {
    const { exact, folded } = normaliseName("峯・黄");
    expect(exact).toBe("峯·黄");
    expect(folded).toBe("峰·黃");
  });

  test("§2(4) may be in Latin script only", () => {
    expect(exactOf("Ljavuras Kadrangian")).toBe("ljavuraskadrangian");
  });

  test("§2(4) is the same when formed again", () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const first = formOrCode(raw);
        if (typeof first === "string") return;
        expect(normaliseName(first.exact)).toEqual(first);
        expect(first.exact).toBe(first.exact.normalize("NFC"));
      }),
      { numRuns: 5000 },
    );
  });

  test("§2(4) is the same by the short way that everyday names take", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."王臺台峯黄温林\u4e00\u9fff"), minLength: 1, maxLength: 8 }), (raw) => {
        // A space at the end leaves the short way.
        expect(normaliseName(raw)).toEqual(normaliseName(`${raw} `));
      }),
    );
  });
});

describe("characters that nobody can know", () => {
  test.each([
    ["■", "■"],
    ["□", "□"],
    ["a private-use character", "\ue123"],
    ["a private-use character of a later plane", "\u{f1234}"],
    ["what a decoder leaves", "\ufffd"],
    ["half a surrogate pair", "\ud842"],
    ["a lossy conversion's question mark", "？"],
    ["a mask", "○"],
  ])("§2(4) are marked, not guessed: %s", (_what, character) => {
    expect(normaliseName(`王${character}明`)).toEqual({ exact: "王■明", folded: "王■明", unreadable: [1] });
  });

  test("§2(4) are counted by characters, not by code units", () => {
    expect(normaliseName("𠮷\ue000𠮷■").unreadable).toEqual([1, 3]);
  });

  test("§2(4) blank the same places of a readable name, and only those", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(..."王𠮷臺a·\ue000■"), { minLength: 1, maxLength: 50 }), (characters) => {
        const raw = `王${characters.slice(1).join("")}`;
        const { exact, unreadable } = normaliseName(raw);
        const readable = [...exact].map((character) => (character === "■" ? "林" : character)).join("");
        expect(blankPositions(readable, Number(toPositionMask(unreadable)))).toBe(exact);
      }),
    );
    expect(blankPositions("王小明", 0)).toBe("王小明");
    expect(toPositionMask([0, 2, 49])).toBe(0b101n | (1n << 49n));
  });

  test("§2(4) leave the others to compare; separators are none", () => {
    expect(["■", "■·■", "王■", "■·a", "〇", "王小■"].map(readableCharacters)).toEqual([0, 0, 1, 1, 1, 2]);
  });

  test("§2(4) 〇 is a name's character, not one that is missing", () => {
    expect(normaliseName("林〇").unreadable).toEqual([]);
  });
});

describe("a text that is no name", () => {
  test.each(["", " ", "\u3000", "‧", "...", "-", "1", "\u200b", "王\u0000明", "王\n明", "王\u202e明", "王\u0085明"])(
    "§2(4) is refused: %j",
    (raw) => {
      expect(ruleBroken(() => normaliseName(raw))).toBe("invalid-name");
    },
  );

  test("§2(4) is one of more than 50 characters, counted as people count them", () => {
    expect(exactOf("𠮷".repeat(50))).toHaveLength(100);
    expect(ruleBroken(() => normaliseName("𠮷".repeat(51)))).toBe("invalid-name");
    expect(ruleBroken(() => normaliseName("王".repeat(51)))).toBe("invalid-name");
  });

  test("§4(1)3 is not repeated in the refusal", () => {
    expect(() => normaliseName("王小明\u0000")).toThrow(expect.objectContaining({ message: expect.not.stringContaining("王") }));
  });
});

test("§4(2)2 screens show a name without its middle", () => {
  expect(["王小明", "王明", "王", "歐陽小明", "𠮷𠮷𠮷", ""].map(maskName)).toEqual(["王○明", "王○", "王○", "歐○○明", "𠮷○𠮷", "○"]);
  expect(["Sayun Noming", "Yukan‧Watan", "ʼAtay", "王Yukan"].map(maskName)).toEqual(["S○○ N○○", "Y○○‧W○○", "ʼ○○", "王○○"]);
});

test("§4(2)2 whatever stands between the first and the last character of a name in Han script is not shown", () => {
  const han = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.uniqueArray(han, { minLength: 3, maxLength: 30 }), (characters) => {
      const masked = maskName(characters.join(""));
      expect([masked[0], masked.at(-1)]).toEqual([characters[0], characters.at(-1)]);
      expect(masked.slice(1, -1)).toMatch(/^○{1,4}$/);
    }),
  );
});

function formOrCode(raw: string) {
  try {
    return normaliseName(raw);
  } catch {
    return "invalid-name";
  }
}
