import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { decodeLines, isCleanUtf8, UNDECODABLE } from "../../src/adapters/source-text.ts";

const big5 = (...bytes: number[]) => decodeLines(Buffer.from(bytes), "big5");

describe("text in Big5", () => {
  test("§4(1)1 is read as code page 950", () => {
    const text = "統一編號,姓名\nM123456789,王小明‧許·功蓋．龘碁銹裏墻恒粧嫺\n";
    expect(decodeLines(iconv.encode(text, "cp950"), "big5")).toBe(text);
  });

  test("§4(1)1 is read the same when it is written again", () => {
    const characters = fc.string({ unit: fc.constantFrom(..."王陳林黃乾坤、。·‧．■ＡｚМABCxyz019,\n"), maxLength: 60 });
    fc.assert(fc.property(characters, (text) => decodeLines(iconv.encode(text, "cp950"), "big5") === readable(text)));
  });

  test("§4(1)1 keeps private-use characters as Windows numbers them", () => {
    expect(big5(0xfa, 0x40, 0xfa, 0x41, 0xfe, 0xfe)).toBe("\ue000\ue001\ue310");
    expect(big5(0x8e, 0x40, 0xa0, 0xfe)).toBe("\ue311\ueeb7");
    expect(big5(0x81, 0x40, 0x8d, 0xfe)).toBe("\ueeb8\uf6b0");
  });

  test("§4(1)1 with a broken character never loses the comma or the line's end behind it", () => {
    expect(big5(0xa4, 0x2c, 0x41)).toBe(`${UNDECODABLE},A`);
    expect(big5(0xa4, 0x0a)).toBe(`${UNDECODABLE}\n`);
    expect(big5(0xa4)).toBe(UNDECODABLE);
    expect(big5(0xff, 0x41)).toBe(`${UNDECODABLE}A`);
  });

  test("§4(1)1 has as many lines and commas decoded as it has bytes for them, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = decodeLines(Buffer.from(bytes), "big5");
        for (const byte of [0x0a, 0x2c, 0x22]) {
          expect(text.split(String.fromCharCode(byte)).length - 1).toBe(bytes.filter((each) => each === byte).length);
        }
      }),
    );
  });
});

describe("text in UTF-8", () => {
  test("§4(1)1 is known to be clean or not", () => {
    expect(isCleanUtf8(Buffer.from("王𠮷"))).toBe(true);
    expect(isCleanUtf8(Buffer.from([0xe7, 0x8e]))).toBe(false);
    expect(decodeLines(Buffer.from([0x41, 0xff, 0x42]), "utf-8")).toBe(`A${UNDECODABLE}B`);
  });
});

/** A character that the code page lacks is written as a question mark. */
function readable(text: string): string {
  return iconv.decode(iconv.encode(text, "cp950"), "cp950");
}
