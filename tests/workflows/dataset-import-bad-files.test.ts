import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decide } from "../../src/dataset-import-client.ts";
import { checkDigit } from "../../src/domain/national-id.ts";
import { householdFile, type MadeUpRow, madeUpRows, sourceFile } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";

const CURRENT = madeUpRows(30, 1);
let platform: ImportPlatform;
let currentFile: Buffer;

beforeAll(async () => {
  platform = await createImportPlatform();
  platform.gnupg.makeKey("stranger@example.test", "ed25519");
  await platform.startWorker();
  currentFile = platform.seal(householdFile(CURRENT, { asOf: "2026-10-01" }));
  expect(await (await platform.deliver(currentFile)).result()).toMatchObject({ imported: true });
});
afterAll(() => platform.remove());

const good = (style = {}) => householdFile(madeUpRows(30, 2), style);
const sealAs = (who: string, ...options: string[]) =>
  platform.gnupg.run(good(), ...atTime(platform.nextTime()), "-u", who, "-r", STANDING, ...options);
const flipped = (file: Buffer, placeFromEnd: number) => {
  const changed = Buffer.from(file);
  const place = changed.length - placeFromEnd;
  changed.writeUInt8(changed.readUInt8(place) ^ 0x10, place);
  return changed;
};
const withRow = (change: Partial<MadeUpRow>, times = 1) => [
  ...madeUpRows(30, 2).slice(times),
  ...madeUpRows(times, 3).map((row) => ({ ...row, ...change })),
];

/** Each is rejected whole with its code; what a row says never leaves the platform, only line numbers and codes do. */
const BAD_FILES: readonly [string, string, () => Buffer][] = [
  ["no OpenPGP file", "not-openpgp", () => Buffer.from("統一編號,姓名\n")],
  ["signed by a stranger", "unknown-signer", () => sealAs("stranger@example.test", "-s", "-e")],
  ["not signed", "not-signed", () => platform.gnupg.run(good(), "-r", STANDING, "-e")],
  ["signed but not encrypted", "not-encrypted-for-us", () => sealAs(CIVIL_AFFAIRS, "-s")],
  [
    "encrypted for somebody else",
    "not-encrypted-for-us",
    () => platform.gnupg.run(good(), "-u", CIVIL_AFFAIRS, "-r", "stranger@example.test", "-s", "-e"),
  ],
  ["encrypted with a password", "not-encrypted-for-us", () => platform.gnupg.run(good(), "--passphrase", "made up", "-c")],
  ["with a weak signature", "bad-signature", () => sealAs(CIVIL_AFFAIRS, "--digest-algo", "SHA1", "-s", "-e")],
  ["with one bit changed near its end", "modified", () => flipped(platform.seal(good()), 30)],
  ["with one bit changed in its middle", "modified", () => ((file) => flipped(file, file.length >> 1))(platform.seal(good()))],
  [
    "with one bit changed, uncompressed",
    "modified",
    () => ((file) => flipped(file, file.length >> 1))(platform.seal(good(), "--compress-algo", "none")),
  ],
  ["truncated", "truncated", () => ((file) => file.subarray(0, file.length - 40))(platform.seal(good()))],
  ["truncated after its first bytes", "truncated", () => platform.seal(good()).subarray(0, 120)],
  ["followed by other bytes", "truncated", () => Buffer.concat([platform.seal(good()), Buffer.alloc(5000, 0xa5)])],
  ["that decompresses without end", "decompression-limit", () => platform.seal(Buffer.alloc(70 * 1024 * 1024), "--compress-algo", "zlib")],
  ["without a manifest", "manifest-missing", () => platform.seal(good({ manifest: "none" }))],
  [
    "with a broken manifest",
    "manifest-malformed",
    () => platform.seal(Buffer.concat([good({ manifest: "none" }), Buffer.from("#manifest dataset=household\n")])),
  ],
  ["with a wrong row count", "wrong-row-count", () => platform.seal(good({ claimedRows: 31 }))],
  ["with a wrong hash", "wrong-hash", () => platform.seal(good({ claimedHash: "0".repeat(64) }))],
  ["of another dataset", "wrong-dataset", () => platform.seal(good({ dataset: "disability" }))],
  ["without rows", "empty-dataset", () => platform.seal(householdFile([]))],
  ["with an unknown column", "unknown-columns", () => platform.seal(good({ header: "統一編號,姓名,出生日期,電話" }))],
  [
    "without a required column",
    "unknown-columns",
    () => platform.seal(sourceFile([["A123456789"]], { header: "統一編號", dataset: "household" })),
  ],
  ["empty inside", "unknown-columns", () => platform.seal(Buffer.alloc(0))],
  [
    "with an open quote",
    "malformed-csv",
    () => platform.seal(Buffer.concat([good({ manifest: "none" }), Buffer.from('M100000001,"open,\n')])),
  ],
  ["as of an older day", "as-of-older-than-current", () => platform.seal(good({ asOf: "2026-09-30" }))],
  ["as of a day to come", "as-of-in-future", () => platform.seal(good({ asOf: "2199-01-01" }))],
  [
    "signed before the current one",
    "signature-not-newer",
    () => platform.gnupg.run(good(), ...atTime(Date.now() - 2 * 86_400_000), "-u", CIVIL_AFFAIRS, "-r", STANDING, "-s", "-e"),
  ],
  [
    "signed in the future",
    "signature-in-future",
    () => platform.gnupg.run(good(), ...atTime(Date.now() + 86_400_000), "-u", CIVIL_AFFAIRS, "-r", STANDING, "-s", "-e"),
  ],
  ["with too many bad rows", "too-many-bad-rows", () => platform.seal(householdFile(withRow({ nationalId: "M100000000" }, 11)))],
  [
    "with rows that are not UTF-8",
    "too-many-bad-rows",
    () => platform.seal(householdFile(madeUpRows(30, 2), { encoding: "big5", header: "national_id,name,birth_date,indigenous" })),
  ],
  ["with a duplicate ID", "duplicate-id", () => platform.seal(householdFile([...madeUpRows(30, 2), ...madeUpRows(1, 2)]))],
];

describe("a bad file", () => {
  test.each(BAD_FILES)("§4(1)1 %s is rejected whole, and the current generation goes on answering", async (_, code, file) => {
    const handle = await platform.deliver(file());
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code } });
    expect(await platform.record(handle.importId)).toMatchObject({ stage: "quarantined", rejectionCode: code });
    expect(await platform.rowsOf(1)).toBe(CURRENT.length);
    expect(await platform.knows(CURRENT[0]?.nationalId ?? "")).toBe(true);
    const tables = await platform.context.pool.query("select from pg_class where relname like 'subject_generation_%' and relkind = 'r'");
    expect(tables.rows).toHaveLength(1);
    await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
    expect(await handle.result()).toMatchObject({ imported: false, rejection: { code } });
    expect(await platform.record(handle.importId)).toMatchObject({ stage: "rejected" });
    expect(existsSync(join(platform.context.config.quarantineDirectory, handle.importId))).toBe(false);
    expect((await platform.certificates(handle.importId))[0]).toMatchObject({
      destroyedObject: "delivery-file",
      destroyedBy: "wu.officer",
    });
  });

  test("§4(1)1 of no known dataset is rejected", async () => {
    const handle = await platform.deliver(platform.seal(good()), { name: "data.pgp" });
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "unknown-dataset" } });
  });

  test("§4(1)1 tells lines and codes, never data", async () => {
    const rows = [...withRow({ birthDate: "1140229" }), ...madeUpRows(12, 7).map((row) => ({ ...row, name: "" }))];
    const handle = await platform.deliver(platform.seal(householdFile(rows)));
    const { rejection } = await platform.untilQuarantined(handle);
    expect(rejection?.lines.slice(0, 2)).toEqual([
      { line: 31, code: "invalid-birth-date" },
      { line: 32, code: "invalid-name" },
    ]);
    expect(JSON.stringify(await platform.record(handle.importId))).not.toContain(rows[0]?.nationalId);
  });

  test("§4(1)1 says in which line an ID number stands again", async () => {
    const handle = await platform.deliver(platform.seal(householdFile([...madeUpRows(30, 2), ...madeUpRows(2, 2)], { quoted: true })));
    expect((await platform.untilQuarantined(handle)).rejection).toEqual({
      code: "duplicate-id",
      lines: [
        { line: 32, code: "duplicate-id" },
        { line: 33, code: "duplicate-id" },
      ],
    });
  });

  test("§4(1)1 with a few bad rows, within the limit, is imported without them", async () => {
    const nine = "M19999999";
    const handle = await platform.deliver(platform.seal(householdFile(withRow({ nationalId: nine + ((checkDigit(nine) + 1) % 10) }, 1))));
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 30, badRows: 1 });
    expect(await platform.rowsOf(1)).toBe(29);
  });

  test("§4(1)1 that plays an imported file again is refused, under another name or not", async () => {
    const again = await platform.deliver(currentFile, { name: "household-2.pgp" });
    expect(await again.result()).toMatchObject({ imported: false, rejection: { code: "already-imported" } });
  });
});

describe("quarantine", () => {
  test("§4(4) a file is tried again when the officer says so, and imported once its signer is trusted", async () => {
    platform.gnupg.makeKey("new-officer@example.test", "ed25519");
    const rows = madeUpRows(30, 20);
    const file = platform.gnupg.run(
      householdFile(rows),
      ...atTime(platform.nextTime()),
      "-u",
      "new-officer@example.test",
      "-r",
      STANDING,
      "-s",
      "-e",
    );
    const handle = await platform.deliver(file);
    const { rejection, waitsUntil = 0 } = await platform.untilQuarantined(handle);
    expect(rejection?.code).toBe("unknown-signer");
    expect(Math.round((waitsUntil - Date.now()) / 86_400_000)).toBe(7);
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey("new-officer@example.test"));
    await decide(platform.client, handle.importId, { choice: "retry", actor: "wu.officer", reason: "已確認指紋" });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 30 });
    expect(await platform.knows(rows[0]?.nationalId ?? "")).toBe(true);
  });

  test("§4(4) the file stays as it came, encrypted, and alone in a folder of its own", async () => {
    const file = sealAs("stranger@example.test", "-s", "-e");
    const handle = await platform.deliver(file);
    await platform.untilQuarantined(handle);
    const folder = join(platform.context.config.quarantineDirectory, handle.importId);
    expect(readdirSync(folder).sort()).toEqual(["delivery.json", "household.pgp"]);
    expect(readdirSync(platform.context.config.inboxDirectory)).toEqual([]);
  });

  test("§4(4) a decision is taken once, by somebody, with a reason, while the file waits", async () => {
    const handle = await platform.deliver(sealAs("stranger@example.test", "-s", "-e"));
    await platform.untilQuarantined(handle);
    const decision = { choice: "destroy" as const, actor: "wu.officer", reason: "退回" };
    await expect(decide(platform.client, handle.importId, { ...decision, actor: " " })).rejects.toMatchObject({
      code: "actor-missing",
      clause: "3(1)",
    });
    await expect(decide(platform.client, handle.importId, { ...decision, reason: "" })).rejects.toMatchObject({ code: "reason-missing" });
    await expect(decide(platform.client, handle.importId, { ...decision, choice: "keep" as never })).rejects.toMatchObject({
      code: "unknown-decision",
    });
    await decide(platform.client, handle.importId, decision);
    await handle.result();
    await expect(decide(platform.client, handle.importId, decision)).rejects.toMatchObject({ code: "not-in-quarantine" });
  });
});
