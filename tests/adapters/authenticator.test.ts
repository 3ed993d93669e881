import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTotpSecret, openTotpSecret, sealTotpSecret, totpCode, totpStep, totpUri } from "../../src/adapters/authenticator.ts";
import { createKeys, type KeyRing, openKeyStore, rotateKey } from "../../src/adapters/key-store.ts";
import { qrPath } from "../../src/adapters/qr-code.ts";

const directory = mkdtempSync(join(tmpdir(), "authenticator-"));
let keys: KeyRing;

beforeAll(() => {
  createKeys(directory);
  keys = openKeyStore(directory).console;
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("authenticators", () => {
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [2_000_000_000, "279037"],
  ])("§3(5) show the codes of RFC 6238: at %d s %s", (seconds, code) => {
    // Its appendix B: the key is the text 12345678901234567890.
    expect(totpCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds * 1000)).toBe(code);
  });

  test("§3(5) a code is good for its half minute and those beside it, and says which it was", () => {
    const secret = createTotpSecret();
    const now = 1_800_000_000_000;
    const step = now / 30_000;
    for (const [away, expected] of [
      [-2, undefined],
      [-1, step - 1],
      [0, step],
      [1, step + 1],
      [2, undefined],
    ] as const)
      expect(totpStep(secret, totpCode(secret, now + away * 30_000), now), String(away)).toBe(expected);
    for (const wrong of ["", "12345", "abcdef", "1234567"]) expect(totpStep(secret, wrong, now)).toBeUndefined();
  });

  test("§3(4) a sealed secret opens for its account alone, and after a rotation too", () => {
    const secret = createTotpSecret();
    const kept = sealTotpSecret(keys, secret, "lin.manager");
    expect(kept.sealed.toString("latin1")).not.toContain(secret);
    expect(openTotpSecret(keys, kept, "lin.manager")).toBe(secret);
    expect(() => openTotpSecret(keys, kept, "wu.officer")).toThrow();
    rotateKey(directory, "console");
    const rotated = openKeyStore(directory).console;
    expect(rotated.currentId).toBe("2");
    expect(openTotpSecret(rotated, kept, "lin.manager")).toBe(secret);
  });

  test("the picture has its three corners and a quiet border", () => {
    const { path, size } = qrPath(totpUri(createTotpSecret(), "lin.manager"));
    const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
    const last = size - 5;
    for (const corner of ["4,4", `${last},4`, `4,${last}`, "10,10"]) expect(dark.has(corner), corner).toBe(true);
    expect([...dark].some((place) => place.split(",").some((at) => Number(at) < 4 || Number(at) > last))).toBe(false);
  });
});
