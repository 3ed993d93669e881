import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { KEY_FOLDERS, KEYS_OF, type KeyPurpose, openKeyStore } from "../../src/adapters/key-store.ts";
import { runProgram } from "../support/platform-process.ts";

const directory = mkdtempSync(join(tmpdir(), "keys-command-"));
const keysDirectory = join(directory, "keys");
afterAll(() => rmSync(directory, { recursive: true }));

const BY = ["--as", "chief.planning", "--reason", "屆期更換"];
const keys = (...args: string[]) => runProgram("bin/keys.ts", { KEYS_DIR: keysDirectory }, args);
const files = () => readdirSync(keysDirectory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".key"));
const contents = () => new Map(files().map((file) => [file, readFileSync(join(keysDirectory, file), "utf8")]));

describe("bin/keys", () => {
  test("makes what is missing, for its owner alone", async () => {
    expect((await keys("create")).code).toBe(0);
    expect(files().sort()).toEqual(
      expect.arrayContaining(["index/1.key", "log-encryption/1.key", "log-index/1.key", "temporal-payload/1.key", "console/1.key"]),
    );
    for (const file of files()) expect(statSync(join(keysDirectory, file)).mode & 0o777, file).toBe(0o600);
  });

  test.each(["index", "log-encryption", "temporal-payload"])(
    "adds the next key of the ring %s, and leaves every other as it was",
    async (ring) => {
      const before = contents();
      const unsaid = await keys("rotate", ring);
      expect([unsaid.code, unsaid.output, files()]).toEqual([1, expect.stringContaining("--as ACCOUNT --reason TEXT"), [...before.keys()]]);
      expect(await keys("rotate", ring, ...BY)).toEqual({ code: 0, output: `Made key ${ring}/2 in ${keysDirectory}.` });
      const trail = readFileSync(join(keysDirectory, "trail.jsonl"), "utf8").trimEnd().split("\n");
      expect(JSON.parse(trail.at(-1) ?? "")).toMatchObject({ account: "chief.planning", reason: "屆期更換", made: `${ring}/2` });
      expect(statSync(join(keysDirectory, "trail.jsonl")).mode & 0o777).toBe(0o600);
      const after = contents();
      expect([...after.keys()].filter((file) => !before.has(file))).toEqual([`${ring}/2.key`]);
      for (const [file, text] of before) expect(after.get(file), file).toBe(text);
      expect(new Set(after.values()).size).toBe(after.size);
      expect(statSync(join(keysDirectory, `${ring}/2.key`)).mode & 0o777).toBe(0o600);
    },
  );

  test("goes on where it was interrupted", async () => {
    const half = join(directory, "half-made");
    cpSync(join(keysDirectory, "index"), join(half, "index"), { recursive: true });
    expect((await runProgram("bin/keys.ts", { KEYS_DIR: half }, ["create"])).code).toBe(0);
    expect(() => openKeyStore(half)).not.toThrow();
  });

  test.each(["index", "log-encryption", "log-index", "temporal-payload", "console"])(
    "makes no new key in the place of a lost one of %s, which would find and read nothing",
    async (lost) => {
      const holed = join(directory, `without-${lost}`);
      cpSync(keysDirectory, holed, { recursive: true });
      rmSync(join(holed, lost), { recursive: true });
      for (const args of [["create"], ...(lost === "log-index" ? [] : [["rotate", lost, ...BY]])]) {
        const { code, output } = await runProgram("bin/keys.ts", { KEYS_DIR: holed }, args);
        expect([code, output]).toEqual([1, expect.stringMatching(/restore .* from (its|the) backup/)]);
      }
      expect(existsSync(join(holed, lost, "1.key"))).toBe(false);
    },
  );

  test("has the newest key used, while the older still open what they closed", () => {
    const store = openKeyStore(keysDirectory);
    for (const ring of [store.index, store.logEncryption, store.temporalPayload]) {
      expect(ring.currentId).toBe("2");
      expect(ring.get("2").equals(ring.current)).toBe(true);
      expect(ring.get("1").equals(ring.current)).toBe(false);
    }
  });

  test("§4(1)4 are each process' own: it starts without those that it has nothing to do with, and can't ask for them", () => {
    for (const [process, purposes] of Object.entries(KEYS_OF)) {
      const own = join(directory, process);
      mkdirSync(own);
      for (const purpose of purposes)
        cpSync(join(keysDirectory, KEY_FOLDERS[purpose]), join(own, KEY_FOLDERS[purpose]), { recursive: true });
      const store = openKeyStore(own, purposes);
      for (const purpose of Object.keys(KEY_FOLDERS) as KeyPurpose[])
        if ((purposes as readonly KeyPurpose[]).includes(purpose)) expect(store[purpose], `${process} ${purpose}`).toBeDefined();
        else expect(() => store[purpose], `${process} ${purpose}`).toThrow("This process opens no key of");
      expect(() => openKeyStore(own)).toThrow(/No key|cannot be read/);
    }
  });

  test("tells of no key of the log where there is none, and makes no second one before the first", async () => {
    const empty = join(directory, "empty");
    for (const args of [["log"], ["rotate", "log-signing", ...BY]]) {
      const { code, output } = await runProgram("bin/keys.ts", { KEYS_DIR: empty }, args);
      expect([code, output]).toEqual([1, expect.stringMatching(/^No key /)]);
    }
    expect(existsSync(empty)).toBe(false);
  });

  test.each([["rotate", "log-index"], ["rotate"], ["destroy", "index"], []])(
    "answers %j with its usage, and makes nothing",
    async (...args) => {
      const before = files();
      const { code, output } = await keys(...args.filter((arg) => arg !== undefined));
      expect(code).toBe(1);
      expect(output).toMatch(/^Usage: node bin\/keys\.ts/);
      expect(files()).toEqual(before);
    },
  );
});
