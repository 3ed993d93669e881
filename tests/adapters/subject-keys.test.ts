import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBulkPersonKeys } from "../../src/adapters/bulk-person-keys.ts";
import { birthDateKey, nameKey, personKeys } from "../../src/adapters/subject-keys.ts";

const indexKey = createSecretKey(Buffer.alloc(32, 7));
const nationalId = fc.stringMatching(/^[A-Z][0-9A-D][0-9]{8}$/);

describe("the keys of a person", () => {
  test("§4(1)4 are the two halves of an HMAC of the ID number", () => {
    const digest = createHmac("sha256", Buffer.alloc(32, 7)).update("M123456789").digest("hex");
    expect(personKeys(indexKey, "M123456789")).toEqual({ subjectKey: digest.slice(0, 32), secret: digest.slice(32) });
  });

  test("§4(1)4 are the same whether asked for one by one or made in bulk, with a key of any length", () => {
    for (const bytes of [1, 32, 63, 64]) {
      const key = createSecretKey(randomBytes(bytes));
      const inBulk = createBulkPersonKeys(key);
      fc.assert(
        fc.property(nationalId, (id) => {
          expect(inBulk(id)).toEqual(personKeys(key, id));
        }),
      );
    }
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
