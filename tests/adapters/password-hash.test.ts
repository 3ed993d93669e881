import { describe, expect, test } from "vitest";
import { hashPassword, isPassword } from "../../src/adapters/password-hash.ts";

describe("hashes of passwords", () => {
  test("§3(5) fit their password and no other, and are never the same twice", async () => {
    const [one, other] = [await hashPassword("Correct-Horse-Battery-9"), await hashPassword("Correct-Horse-Battery-9")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await isPassword("Correct-Horse-Battery-9", one)).toBe(true);
    for (const wrong of ["correct-horse-battery-9", "Correct-Horse-Battery-9 ", ""]) expect(await isPassword(wrong, one)).toBe(false);
  });

  test("§3(5) are those of other implementations", async () => {
    // Made with the reference implementation's binding @node-rs/argon2 2.2.1.
    const theirs = "$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YGpXxu+quFajvOO/JFMKukv4S7woU9/NYXQhXaxvF7g";
    expect(await isPassword("Correct-Horse", theirs)).toBe(true);
    expect(await isPassword("Correct-horse", theirs)).toBe(false);
  });

  test("§3(5) don't care how a keyboard composes a character, and refuse what is no hash", async () => {
    expect(await isPassword("cafe\u0301-Au-Lait-99", await hashPassword("caf\u00e9-Au-Lait-99"))).toBe(true);
    await expect(isPassword("x", "$2b$10$abc")).rejects.toThrow("malformed");
  });
});
