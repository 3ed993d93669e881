import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { createKeys, openKeyStore, rotateKey } from "../../src/adapters/key-store.ts";
import { openLogSigners, rotateLogSigningKey } from "../../src/adapters/log-signing-key.ts";
import { writeSecretFile } from "../../src/adapters/secret-file.ts";

const directory = mkdtempSync(join(tmpdir(), "secret-file-"));
const keys = join(directory, "keys");
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs code in a process of its own that dies, or is refused, at the first byte it writes to a file. */
function runWithoutRoom(code: string): void {
  expect(() =>
    execFileSync("bash", ["-c", `ulimit -f 0 -c 0; exec "$0" --input-type=module -e "$1"`, process.execPath, code], { stdio: "ignore" }),
  ).toThrow();
}

test("a key is there whole or not at all: one that was cut short keeps no process from starting, and can be made again", () => {
  createKeys(keys);
  const adapters = join(import.meta.dirname, "../../src/adapters");
  runWithoutRoom(`(await import("${adapters}/key-store.ts")).rotateKey("${keys}", "log-encryption")`);
  runWithoutRoom(`(await import("${adapters}/log-signing-key.ts")).rotateLogSigningKey("${keys}")`);
  expect([openKeyStore(keys).logEncryption.currentId, openLogSigners(keys, "log")]).toMatchObject(["1", [{ name: "log" }]]);
  expect(rotateKey(keys, "log-encryption")).toBe("2");
  expect(rotateLogSigningKey(keys)).toBe("log-signing/2.pem");
  expect(readdirSync(join(keys, "log-encryption")).sort()).toEqual(["1.key", "2.key"]);
});

test("a key that is there is never written over, and its name is told before there is a key", () => {
  const path = join(keys, "index", "1.key");
  const before = readFileSync(path, "utf8");
  expect(() => writeSecretFile(path, "other")).toThrow("EEXIST");
  expect([readFileSync(path, "utf8"), readdirSync(join(keys, "index"))]).toEqual([before, ["1.key"]]);
  const seen: [string, boolean][] = [];
  rotateKey(keys, "index", (made) => seen.push([made, existsSync(join(keys, `${made}.key`))]));
  rotateLogSigningKey(keys, (made) => seen.push([made, existsSync(join(keys, made))]));
  expect(seen).toEqual([
    ["index/2", false],
    ["log-signing/3.pem", false],
  ]);
  // A trail that can't be kept keeps the key from being made.
  const refuse = () => {
    throw new Error("no room");
  };
  expect(() => rotateKey(keys, "index", refuse)).toThrow("no room");
  expect(openKeyStore(keys).index.currentId).toBe("2");
});

test("of two processes that make one key at once, one makes it and the other is told", async () => {
  const module = join(import.meta.dirname, "../../src/adapters/secret-file.ts");
  for (let round = 1; round <= 5; round += 1) {
    const path = join(directory, "at-once", `${round}.key`);
    // Both begin at the same moment.
    const code = (text: string) => `
      const { writeSecretFile } = await import("${module}");
      while (Date.now() < Number(process.argv[1])) {}
      try { writeSecretFile("${path}", "${text}"); console.log("made"); } catch (error) { console.log(error.code); }`;
    const at = String(Date.now() + 700);
    const said = await Promise.all(
      ["one", "other"].map(async (text) => {
        const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code(text), at]);
        return [text, stdout.trim()] as const;
      }),
    );
    expect(said.map(([, word]) => word).sort()).toEqual(["EEXIST", "made"]);
    expect(readFileSync(path, "utf8")).toBe(said.find(([, word]) => word === "made")?.[0]);
  }
  expect(readdirSync(join(directory, "at-once")).filter((name) => name.endsWith(".partial"))).toEqual([]);
});
