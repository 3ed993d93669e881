import { randomBytes } from "node:crypto";
import { appendFileSync, closeSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import iconv from "iconv-lite";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { personKeys } from "../../src/adapters/subject-keys.ts";
import { decide } from "../../src/dataset-import-client.ts";
import { householdFile, type MadeUpRow, madeUpRows } from "../support/delivery.ts";
import { bytesWritten, filesHolding, filesOpenForWriting } from "../support/disk.ts";
import { holdStatement } from "../support/held-statement.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";
import { processesNaming } from "../support/platform-process.ts";

// Nobody else on this machine has written this name: what is found of it comes from these files.
const UNIQUE = `Qwx${randomBytes(6).toString("hex").replace(/\d/g, "z")}`;
const began = new Date(Date.now() - 1000);
/** As the file writes it, and as we would. Everybody in it was born before 2010. */
const BIRTH_DATE = /(?<!\d)0\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)|(?<!\d)(19\d\d|200\d)-\d\d-\d\d/;
const RANDOM = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-fA-F]{16,}/g;
let platform: ImportPlatform;
let owner: Pool;
let close: () => Promise<void>;
let postgresFolder: string;

beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close } = openDatabase(platform.database.ownerUrl, { max: 4 }));
  postgresFolder = (await owner.query("show data_directory")).rows[0].data_directory;
  await platform.startWorker();
});
afterAll(async () => {
  await close();
  await platform.remove();
});

/** People of whom one bears the unique name, and others a name in Han characters that is as rare. */
function people(seed: number): MadeUpRow[] {
  return madeUpRows(10_000, seed).map((row, index) =>
    index === 5_000 ? { ...row, name: UNIQUE } : index === 9_999 ? { ...row, name: "饕餮鑿齒" } : row,
  );
}

/** What nobody may find: ID numbers from the file's start, middle and end, and names, as UTF-8 and as Big5. */
function secretsOf(rows: readonly MadeUpRow[]): Buffer[] {
  const ids = [0, 5_000, 9_999].map((index) => Buffer.from(rows[index]?.nationalId ?? ""));
  return [...ids, Buffer.from(UNIQUE), Buffer.from("饕餮鑿齒"), iconv.encode("饕餮鑿齒", "cp950")];
}

/** Looks wherever a worker and its database could have put something, with all that is on its way to the disk. */
async function onDisk(needles: readonly Buffer[]): Promise<string[]> {
  await owner.query("checkpoint");
  return filesHolding([platform.context.config.dataDirectory, tmpdir(), postgresFolder], needles, began);
}

describe("the plaintext of a delivery", () => {
  test("§4(1)3 is on no disk while it is read, nor afterwards: only keyed hashes are", async () => {
    const rows = people(7001);
    const held = await holdStatement(owner, "dataset_import", "update", "new.stage = 'loaded'");
    const plaintext = householdFile(rows, { encoding: "big5" });
    const handle = await platform.deliver(platform.seal(plaintext));
    await expect.poll(held.isWaiting).toBe(true);
    // Every row has been decrypted, hashed and copied, and the process that did it still lives.
    const loading = Number(
      processesNaming(platform.context.config.dataDirectory)
        .find((line) => line.includes("load-process"))
        ?.trim()
        .split(" ")[0],
    );
    // The times of what was read, and pages that the system counts to whoever is there, are a few; the plaintext would be all of its length.
    expect(bytesWritten(loading)).toBeLessThan(plaintext.length / 4);
    expect(filesOpenForWriting(loading)).toEqual([]);
    expect(await onDisk(secretsOf(rows))).toEqual([]);
    await held.release();
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 10_000 });
    expect(await onDisk(secretsOf(rows))).toEqual([]);
    const hash = Buffer.from(personKeys(platform.context.keyStore.index.current, rows[5_000]?.nationalId ?? "").subjectKey, "hex");
    // What is in the server's memory alone would not be found.
    await owner.query("checkpoint");
    expect((await onDisk([hash])).some((path) => path.startsWith(postgresFolder))).toBe(true);
  });

  test("§4(1)3 is on no disk after a rejection and the officer's decision", async () => {
    const rows = people(7002).map((row, index) => (index % 100 === 0 ? { ...row, birthDate: "1140229" } : row));
    const handle = await platform.deliver(platform.seal(householdFile(rows)));
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "too-many-bad-rows" } });
    expect(await onDisk(secretsOf(rows))).toEqual([]);
    await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
    await handle.result();
    expect(await onDisk(secretsOf(rows))).toEqual([]);
  });
});

describe("a dump of the database", () => {
  test("§4(1)4 names nobody after imports, a rejection and a decision", async () => {
    const tables = (
      await owner.query(
        "select format('%I', relname) as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace",
      )
    ).rows;
    const dump = new Map<string, string>();
    for (const { name } of tables)
      dump.set(name, (await owner.query(`select ${name}::text as line from ${name}`)).rows.map(({ line }) => line).join("\n"));
    for (const table of ["dataset_import", "dataset_step", "destruction_certificate", "generation", "subject_record"])
      expect(dump.get(table), table).not.toBe("");
    expect(dump.get("dataset_import")).toContain("too-many-bad-rows");
    expect(dump.get("dataset_step")).toContain("退回重送");
    const rows = [...people(7001), ...people(7002)];
    for (const [table, text] of dump) {
      const bytes = Buffer.from((text.match(/\\x[0-9a-f]+/g) ?? []).map((hex) => hex.slice(2)).join(""), "hex").toString("utf8");
      const readable = text.replace(/\\x[0-9a-f]+/g, "") + bytes;
      expect(/M[12]\d{8}/.test(readable), `${table} holds an ID number`).toBe(false);
      for (const { name } of [rows[0], rows[5_000], rows[9_999]] as MadeUpRow[])
        expect(readable.includes(name), `${table} holds a name`).toBe(false);
      // Ids, fingerprints and hashes are random digits, which may happen to look like a day.
      expect(readable.replace(RANDOM, "").match(BIRTH_DATE)?.[0], `${table} holds a birth date`).toBeUndefined();
    }
  });
});

describe("what would be on disk", () => {
  test("is found by these tests wherever it lies", async () => {
    const secrets = secretsOf(people(7001));
    const leak = join(tmpdir(), `leak-${UNIQUE}`);
    appendFileSync(leak, `\0${UNIQUE}\0`);
    await owner.query("create table leak as select $1::text as name", [`${"x".repeat(50)}饕餮鑿齒`]);
    const found = await onDisk(secrets);
    expect(found).toContain(leak);
    expect(found.some((path) => path.startsWith(join(postgresFolder, "base")))).toBe(true);
    expect(found.some((path) => path.startsWith(join(postgresFolder, "pg_wal")))).toBe(true);
    const before = bytesWritten(process.pid);
    const file = openSync(leak, "w");
    writeSync(file, UNIQUE);
    expect(filesOpenForWriting(process.pid)).toContain(leak);
    expect(bytesWritten(process.pid)).toBeGreaterThan(before);
    closeSync(file);
    rmSync(leak);
  });
});
