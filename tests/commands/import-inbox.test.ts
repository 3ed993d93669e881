import { execFile } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMachine } from "../../src/config.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";
import { temporalAddress } from "../support/temporal.ts";

const ROOT = join(import.meta.dirname, "../..");
let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

interface Outcome {
  readonly code: number;
  readonly lines: string[];
  readonly error: string;
  /** Milliseconds between its last word and its end. */
  readonly lingered: number;
}

/** Runs a command of the platform as the officer does. @param input what it reads from standard input */
async function run(script: string, args: readonly string[], input = ""): Promise<Outcome> {
  const { dataDirectory, taskQueue } = platform.context.config;
  const env = { ...readMachine().inherited, DATA_DIR: dataDirectory, TASK_QUEUE: taskQueue, TEMPORAL_ADDRESS: temporalAddress() };
  const child = execFile(process.execPath, [join(ROOT, script), ...args], { env });
  child.stdin?.end(input);
  const [stdout, stderr] = [text(child.stdout as NodeJS.ReadableStream), text(child.stderr as NodeJS.ReadableStream)];
  let spoke = performance.now();
  child.stdout?.on("data", () => {
    spoke = performance.now();
  });
  const code = await new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1)));
  const lingered = performance.now() - spoke;
  return { code, lines: (await stdout).trimEnd().split("\n"), error: (await stderr).trim(), lingered };
}

const BY = ["--as", "wu.officer", "--reason", "九月交付"];
const importCommand = (...args: string[]) => run("bin/import.ts", args);
const lastOf = ({ lines }: Outcome) => lines.at(-1) ?? "";

/** A file of the officer's, outside of the platform. */
function fileOf(bytes: Uint8Array, name = "household.csv.pgp"): string {
  const path = join(platform.gnupg.home, name);
  writeFileSync(path, bytes);
  return path;
}

const unsigned = () => platform.gnupg.run(householdFile(madeUpRows(5, 1)), "-r", STANDING, "-e");

describe("bin/import", () => {
  test("§4(1)3 imports a file, destroys it, and says so: exit code 0", async () => {
    const path = fileOf(platform.seal(householdFile(madeUpRows(20, 6001))));
    const outcome = await importCommand(path, "--as", "wu.officer");
    expect([outcome.code, outcome.error]).toEqual([0, ""]);
    expect(outcome.lines[0]).toMatch(/^Import [0-9a-f-]{36}: household\.csv\.pgp is taken\.$/);
    expect(lastOf(outcome)).toMatch(
      /^Imported 20 rows as of 2026-11-01 \(0 left out\), and destroyed the file\. It was encrypted to the standing key, which lives on\. Certificates: [0-9a-f-]{36}\.$/,
    );
    expect(existsSync(path)).toBe(false);
    const importId = outcome.lines[0]?.slice(7, 43) ?? "";
    const record = await platform.context.pool.query("select stage, delivered_by from dataset_import where import_id = $1", [importId]);
    expect(record.rows).toEqual([{ stage: "imported", delivered_by: "wu.officer" }]);
    const shown = await importCommand("show", importId, "--json");
    expect(shown.code).toBe(0);
    expect(JSON.parse(lastOf(shown))).toMatchObject({ importId, imported: true, rowsRead: 20, keyKind: "standing" });
  });

  test("§4(1)1 rejects a file with its code and lines: exit code 2, and it waits until the officer decides", async () => {
    const rows = madeUpRows(20, 6002).map((row, index) => (index < 11 ? { ...row, birthDate: "1140229" } : row));
    const rejected = await importCommand(fileOf(platform.seal(householdFile(rows))), "--as", "wu.officer");
    expect(rejected.code).toBe(2);
    // Nothing is waited for any more: a question that was left open would keep it for some 20 seconds.
    expect(rejected.lingered).toBeLessThan(8000);
    expect(rejected.lines).toContain("line 2: invalid-birth-date");
    expect(lastOf(rejected)).toMatch(/^Import [0-9a-f-]{36} is rejected \(too-many-bad-rows\)\. The file waits, encrypted, until 20/);
    const importId = lastOf(rejected).slice(7, 43);
    const shown = await importCommand("show", importId, "--json");
    expect(shown.code).toBe(2);
    expect(JSON.parse(lastOf(shown))).toMatchObject({
      importId,
      imported: false,
      quarantined: true,
      rejection: { code: "too-many-bad-rows" },
    });
    const undecided = await importCommand("decide", importId, "destroy", "--as", "wu.officer");
    expect([undecided.code, undecided.error]).toEqual([1, expect.stringContaining("(reason-missing, clause 4(4))")]);
    const decided = await importCommand("decide", importId, "destroy", "--as", "wu.officer", "--reason", "退回重送");
    expect([decided.code, lastOf(decided)]).toEqual([0, `Import ${importId}: its file is destroyed.`]);
    const ended = await importCommand("show", importId);
    expect([ended.code, lastOf(ended)]).toEqual([
      2,
      expect.stringMatching(/is rejected \(too-many-bad-rows\), and its file is destroyed \(certificate [0-9a-f-]{36}\)\.$/),
    ]);
    expect((await importCommand("decide", importId, "retry", "--as", "wu.officer", "--reason", "再試")).error).toContain(
      "not-in-quarantine",
    );
  });

  test("§4(4) tries a rejected file again when the officer says so", async () => {
    platform.gnupg.makeKey("later@example.test", "ed25519");
    const file = platform.gnupg.run(
      householdFile(madeUpRows(20, 6003)),
      ...atTime(platform.nextTime()),
      "-u",
      "later@example.test",
      "-r",
      STANDING,
      "-s",
      "-e",
    );
    const rejected = JSON.parse(lastOf(await importCommand(fileOf(file), "--as", "wu.officer", "--json")));
    expect(rejected).toMatchObject({ rejection: { code: "unknown-signer" } });
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey("later@example.test"));
    const retried = await importCommand("decide", rejected.importId, "retry", "--as", "wu.officer", "--reason", "已確認指紋");
    expect([retried.code, lastOf(retried)]).toEqual([0, `Import ${rejected.importId} is tried again.`]);
    expect(lastOf(await importCommand("show", rejected.importId))).toMatch(/^Imported 20 rows/);
  });

  test.each([
    ["no file named", () => [], /^Name a file, and say who imports it/],
    ["nobody named", () => [fileOf(unsigned())], /^Name a file, and say who imports it/],
    ["the drop folder named, which is nobody", () => [fileOf(unsigned()), "--as", "drop-folder"], /^An account is/],
    ["a name that is no delivery's", () => [fileOf(unsigned(), "household.csv"), "--as", "wu.officer"], /^household\.csv is no delivery/],
    ["a file that isn't there", () => ["/nowhere/household.pgp", "--as", "wu.officer"], /^There is no file \/nowhere\/household\.pgp/],
    ["a link", () => [link(), "--as", "wu.officer"], /\(a link is none: name the file itself\)\.$/],
    ["an unknown option", () => ["--force"], /--force/],
  ])("§4(1)1 says in one sentence what is wrong with %s: exit code 1", async (_, args, sentence) => {
    const { code, error } = await importCommand(...args());
    expect(code).toBe(1);
    expect(error).toMatch(sentence);
    expect(error.split("\n")).toHaveLength(1);
  });

  function link(): string {
    const path = join(platform.gnupg.home, "link.pgp");
    symlinkSync(fileOf(unsigned(), "target.pgp"), path);
    return path;
  }
});

describe("bin/dataset and bin/delivery-key", () => {
  test("§4(1)1 take a unit's key from standard input, and give a delivery key on standard output, and nothing else there", async () => {
    platform.gnupg.makeKey("piped@example.test", "ed25519");
    const trusted = await run(
      "bin/dataset.ts",
      ["trust", "--dataset", "household", "--key", "-", ...BY],
      platform.gnupg.exportKey("piped@example.test"),
    );
    expect([trusted.code, trusted.error]).toEqual([0, ""]);
    const fingerprint =
      lastOf(trusted)
        .match(/Trusted for household: ([0-9A-F ]+)\./)?.[1]
        ?.replaceAll(" ", "")
        .toLowerCase() ?? "";
    expect(platform.gnupg.run("", "--with-colons", "--list-keys", "piped@example.test").toString().toLowerCase()).toContain(fingerprint);
    const issued = await run("bin/delivery-key.ts", ["issue", "--dataset", "household", "--out", "-", ...BY]);
    expect(issued.error).toMatch(/^Delivery key [0-9a-f]{40} for household, valid until .*: its public half is in standard output\.$/);
    expect([issued.lines[0], lastOf(issued)]).toEqual(["-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"]);
    platform.gnupg.importKey(`${issued.lines.join("\n")}\n`);
    const recipient = /[0-9a-f]{40}/.exec(issued.error)?.[0] ?? "";
    const file = platform.gnupg.run(
      householdFile(madeUpRows(20, 6004)),
      ...atTime(Date.now()),
      "-u",
      "piped@example.test",
      "-r",
      recipient,
      "-s",
      "-e",
    );
    expect(lastOf(await importCommand(fileOf(file), "--as", "wu.officer"))).toContain("The delivery key died with it.");
  });

  test("§4(1)1 issue RSA and version 6 keys, list and revoke them, and hand out the platform's own", async () => {
    const issue = async (...options: string[]) =>
      JSON.parse(lastOf(await run("bin/delivery-key.ts", ["issue", "--dataset", "disability", "--out", "-", ...BY, "--json", ...options])));
    const [rsa, modern] = [await issue("--rsa", "--days", "5"), await issue("--v6")];
    expect(platform.gnupg.run(rsa.publicKey, "--list-packets").toString()).toMatch(/public key packet:\s+version 4, algo 1,/);
    expect(modern.fingerprint).toHaveLength(64);
    const revoked = await run("bin/delivery-key.ts", ["revoke", rsa.fingerprint.toUpperCase(), "--as", "wu.officer", "--reason", "改期"]);
    expect([revoked.code, lastOf(revoked)]).toEqual([0, `Delivery key ${rsa.fingerprint} is destroyed.`]);
    const { lines } = await run("bin/delivery-key.ts", ["list"]);
    expect(lines.find((line) => line.startsWith(rsa.fingerprint))).toMatch(/ {2}disability {2}issued .* by wu\.officer {2}destroyed 20/);
    expect(lines.find((line) => line.startsWith(modern.fingerprint))).toMatch(/ until 20\d\d-\d\d-\d\d$/);
    for (const which of ["platform", "standing"]) {
      const { lines: key } = await run("bin/delivery-key.ts", [which, "--out", "-"]);
      expect(platform.gnupg.run(`${key.join("\n")}\n`, "--show-keys").toString()).toContain(
        which === "platform" ? "signing key" : STANDING,
      );
    }
    const late = await run("bin/delivery-key.ts", ["issue", "--dataset", "household", "--out", "-", ...BY, "--days", "91"]);
    expect([late.code, late.error]).toEqual([1, expect.stringContaining("(invalid-validity, clause 4(1)1)")]);
  });

  test("§4(1)1 trust no key of another fingerprint, and distrust", async () => {
    const key = platform.gnupg.exportKey(CIVIL_AFFAIRS);
    const trust = (fingerprint: string) =>
      run("bin/dataset.ts", ["trust", "--dataset", "disability", "--key", "-", ...BY, "--fingerprint", fingerprint], key);
    expect((await trust("0".repeat(40))).error).toMatch(/^The key has another fingerprint/);
    const fingerprint =
      /^fpr:+([0-9A-F]+):/m.exec(platform.gnupg.run("", "--with-colons", "--list-keys", CIVIL_AFFAIRS).toString())?.[1] ?? "";
    expect((await trust(fingerprint)).code).toBe(0);
    const listed = async () => (await run("bin/dataset.ts", ["list"])).lines.find((line) => line.startsWith("disability"));
    expect(await listed()).toContain(fingerprint.toLowerCase());
    const options = ["--dataset", "disability", "--as", "wu.officer", "--reason", "人員異動"];
    expect((await run("bin/dataset.ts", ["distrust", fingerprint, ...options])).code).toBe(0);
    expect(await listed()).toContain("no key trusted yet");
    expect((await run("bin/dataset.ts", ["distrust", fingerprint, ...options])).error).toContain("unusable-key");
  });
});
