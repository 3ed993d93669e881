import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hmacSha256 } from "../../src/adapters/hmac-sha256.ts";
import { birthDateKey, nameKey, personKeys } from "../../src/adapters/subject-keys.ts";

const indexKey = createSecretKey(Buffer.alloc(32, 7));

describe("the keys of a person", () => {
  test("§4(1)4 are the two halves of an HMAC of the ID number", () => {
    const digest = createHmac("sha256", Buffer.alloc(32, 7)).update("M123456789").digest("hex");
    expect(personKeys(indexKey, "M123456789")).toEqual({ subjectKey: digest.slice(0, 32), secret: digest.slice(32) });
  });

  test("§4(1)4 come from the HMAC that the library makes, whatever the key's length and the text", () => {
    for (const bytes of [1, 32, 63, 64]) {
      const key = createSecretKey(randomBytes(bytes));
      fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
          expect(hmacSha256(key, text)).toBe(createHmac("sha256", key).update(text).digest("hex"));
        }),
      );
    }
    expect(() => hmacSha256(createSecretKey(randomBytes(65)), "M123456789")).toThrow(RangeError);
  });

  test("§4(1)4 don't show that two people have the same name or birth date", () => {
    const [one, other] = [personKeys(indexKey, "M123456789"), personKeys(indexKey, "M223456789")];
    expect(nameKey(one, "王小明")).toMatch(/^[0-9a-f]{32}$/);
    expect(nameKey(one, "王小明")).not.toBe(nameKey(other, "王小明"));
    expect(birthDateKey(one, "1980-01-31")).not.toBe(birthDateKey(other, "1980-01-31"));
    expect(nameKey(one, "1980-01-31")).not.toBe(birthDateKey(one, "1980-01-31"));
  });

  test("§4(1)4 are others under another index key", () => {
    const other = createSecretKey(Buffer.alloc(32, 8));
    expect(personKeys(other, "M123456789").subjectKey).not.toBe(personKeys(indexKey, "M123456789").subjectKey);
  });
});
