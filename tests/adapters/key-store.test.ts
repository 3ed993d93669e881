import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createKeys, openConsoleKeys, openKeyStore } from "../../src/adapters/key-store.ts";

test("§4(1)4 the console does without the key that the household data is hashed with", () => {
  const directory = mkdtempSync(join(tmpdir(), "keys-"));
  createKeys(directory);
  rmSync(join(directory, "index.1.key"));
  expect(Object.keys(openConsoleKeys(directory)).sort()).toEqual(["console", "logEncryption", "logIndex", "temporalPayload"]);
  expect(() => openKeyStore(directory)).toThrow("index.<number>.key");
  rmSync(directory, { recursive: true });
});
