import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { decide } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows, manifestOf } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";

const DAY = 86_400_000;
const CURRENT = madeUpRows(10, 1);
let platform: ImportPlatform;
let owner: Pool;
let close: () => Promise<void>;
beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close } = openDatabase(platform.database.ownerUrl, { max: 1 }));
  await platform.startWorker();
  expect(await (await platform.deliver(platform.seal(householdFile(CURRENT)))).result()).toMatchObject({ imported: true });
});
afterAll(async () => {
  await close();
  await platform.remove();
});

let seed = 100;
beforeEach(() => {
  seed += 1;
});

type Delivery = Parameters<ImportPlatform["deliver"]>[1];

/** Delivers a file, which must be rejected with a code, and destroyed when the officer says so; the current generation goes on answering. */
async function expectRejected(file: Uint8Array, code: string, delivery?: Delivery): Promise<void> {
  const handle = await platform.deliver(file, delivery);
  expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code } });
  expect(await platform.rowsOf(1)).toBe(CURRENT.length);
  expect(await platform.knows(CURRENT[0]?.nationalId ?? "")).toBe(true);
  await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
  expect(await handle.result()).toMatchObject({ imported: false, rejection: { code } });
}

const rows = () => householdFile(madeUpRows(10, seed));
/** Signs as somebody whose key is good while they sign. */
const sealAs = (who: string) => platform.gnupg.run(rows(), ...atTime(platform.nextTime()), "-u", who, "-r", STANDING, "-s", "-e");

describe("a delivery whose file is good", () => {
  test("§4(1)2 is rejected outside the approved period of its dataset", async () => {
    const { approved_until } = (await owner.query("select approved_until::text from dataset where dataset_id = 1")).rows[0];
    for (const [column, day] of [
      ["approved_until", "current_date - 2"],
      ["approved_from", "current_date + 2"],
    ]) {
      const { rows: before } = await owner.query(`select ${column}::text as day from dataset where dataset_id = 1`);
      await owner.query(`update dataset set ${column} = ${day} where dataset_id = 1`);
      await expectRejected(platform.seal(rows()), "outside-approved-period");
      await owner.query(`update dataset set ${column} = $1 where dataset_id = 1`, [before[0].day]);
    }
    expect((await owner.query("select approved_until::text from dataset where dataset_id = 1")).rows[0].approved_until).toBe(
      approved_until,
    );
  });

  test.each([
    ["no JSON", () => "rows=10\n"],
    ["another shape", () => JSON.stringify({ dataset: "household", rows: "10" })],
    ["no hash", () => JSON.stringify({ dataset: "household", asOf: "2026-11-01", rows: 10, sha256: "0" })],
    ["longer than any manifest", () => JSON.stringify({ dataset: "household", note: "x".repeat(20_000) })],
  ])("§4(1)1 is rejected when the manifest beside it is %s", async (_, manifest) => {
    const data = householdFile(madeUpRows(10, seed), { manifest: "none" });
    await expectRejected(platform.seal(data), "manifest-malformed", { manifest: manifest() });
  });

  test("§4(1)1 is rejected when the manifest beside it tells another count", async () => {
    const data = householdFile(madeUpRows(10, seed), { manifest: "none" });
    const sha256 = /sha256=(\w+)/.exec(manifestOf(data, 10, {}))?.[1];
    const manifest = JSON.stringify({ dataset: "household", asOf: "2026-11-01", rows: 11, sha256 });
    await expectRejected(platform.seal(data), "wrong-row-count", { manifest });
  });
});

describe("a signer that was trusted once", () => {
  async function trusted(name: string): Promise<string> {
    platform.gnupg.makeKey(name, "ed25519");
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey(name));
    const keys = platform.gnupg.run("", "--with-colons", "--list-keys", name).toString();
    return /^fpr:+([0-9A-F]+):/m.exec(keys)?.[1] ?? "";
  }

  test("§4(1)1 and whose key has expired signs nothing any more", async () => {
    const fingerprint = await trusted("expiring@example.test");
    const file = sealAs("expiring@example.test");
    // Its last self-signature says that it ended twenty days ago, long before it signed.
    platform.gnupg.run("", ...atTime(Date.now() - 25 * DAY), "--quick-set-expire", fingerprint, "5d");
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey("expiring@example.test"));
    await expectRejected(file, "unknown-signer");
  });

  test("§4(1)1 and whose key was revoked signs nothing any more, once the platform has the revocation", async () => {
    const fingerprint = await trusted("revoked@example.test");
    const file = sealAs("revoked@example.test");
    // The certificate that GnuPG keeps ready has a colon before it, lest it be used by mistake.
    const certificate = readFileSync(join(platform.gnupg.home, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
    platform.gnupg.importKey(certificate.replace(":-----BEGIN", "-----BEGIN"));
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey("revoked@example.test"));
    await expectRejected(file, "unknown-signer");
  });

  test("§4(1)1 and whom the officer trusts no more is a stranger", async () => {
    const fingerprint = await trusted("left@example.test");
    await platform.keyFolder.distrust("civil-affairs", fingerprint.toLowerCase());
    await expectRejected(sealAs("left@example.test"), "unknown-signer");
  });
});

describe("a broken byte in a Big5 file", () => {
  const big5 = (broken: number) => {
    const data = householdFile(madeUpRows(40, seed), { encoding: "big5", manifest: "none" });
    const lines = data.toString("latin1").split("\n");
    // The second byte of the name's first character becomes one that no character ends with.
    const text = lines.map((line, index) => (index >= 1 && index <= broken ? line.replace(/,(.)./s, ",$1\x01") : line)).join("\n");
    const changed = Buffer.from(text, "latin1");
    return Buffer.concat([changed, Buffer.from(`${manifestOf(changed, 40, {})}\n`)]);
  };

  test("§4(1)1 leaves its row out, and names its line", async () => {
    const handle = await platform.deliver(platform.seal(big5(12)));
    const { rejection } = await platform.untilQuarantined(handle);
    expect(rejection?.code).toBe("too-many-bad-rows");
    expect(rejection?.lines).toEqual(Array.from({ length: 12 }, (_, index) => ({ line: index + 2, code: "undecodable-text" })));
  });

  test("§4(1)1 is borne within the limit of bad rows", async () => {
    const handle = await platform.deliver(platform.seal(big5(1)));
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 40, badRows: 1 });
  });
});
