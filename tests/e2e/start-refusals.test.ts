import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createKeys } from "../../src/adapters/key-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { nothingNames, runProgram } from "../support/platform-process.ts";
import { newTaskQueue, temporalAddress } from "../support/temporal.ts";

let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "start-refusals-"));
  return () => rmSync(directory, { recursive: true });
});

/** Starts a platform that must not come up, and gives what it said. */
async function refusal(settings: Readonly<Record<string, string>>): Promise<string> {
  const { code, output } = await runProgram("bin/start.ts", {
    DATA_DIR: directory,
    PORT: "0",
    CONSOLE_PORT: "0",
    DATABASE_URL: database.ownerUrl,
    TEMPORAL_ADDRESS: temporalAddress(),
    TASK_QUEUE: newTaskQueue(),
    ...settings,
  });
  expect(code).toBe(1);
  await nothingNames(directory, 5000);
  return output;
}

/** Has the folder hold keys and the passwords that the roles of this run's server have. */
function makeKeys(): string {
  const keys = join(directory, "keys");
  createKeys(keys);
  for (const role of ["api", "worker", "console"]) writeFileSync(join(keys, `database-${role}.password`), role, { mode: 0o600 });
  return keys;
}

async function query(url: string, statement: string): Promise<void> {
  const { pool, close } = openDatabase(url, { max: 1 });
  await pool.query(statement);
  await close();
}

const changed = (part: "password" | "pathname" | "host", value: string) => {
  const url = new URL(database.ownerUrl);
  url[part] = value;
  return url.href;
};

describe("npm start says in one sentence what to do when", () => {
  test("something else listens on its port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const port = String((server.address() as { port: number }).port);
    expect(await refusal({ PORT: port })).toBe(
      `Port ${port} is in use: stop what uses it, or set PORT (the console's: CONSOLE_PORT) to another.`,
    );
    server.close();
  });

  test.each([
    ["PORT", "eighty", "PORT must be a number from 0 to 65535."],
    ["CONSOLE_PORT", "70000", "CONSOLE_PORT must be a number from 0 to 65535."],
    ["CONSOLE_ORIGIN", "http://verify.example", "CONSOLE_ORIGIN must be an https:// address without a path (http:// only for localhost)."],
    [
      "CONSOLE_ORIGIN",
      "https://verify.example/console",
      "CONSOLE_ORIGIN must be an https:// address without a path (http:// only for localhost).",
    ],
    ["CONSOLE_IDLE_MINUTES", "31", "A session may be idle for 1 to 30 minutes."],
    ["HOST", "203.0.113.7", "HOST is not an address of this machine: set it to one that is, or to 127.0.0.1."],
    ["DATABASE_URL", "localhost:5432/x", "DATABASE_URL must look like postgres://user:password@host:5432/database."],
    [
      "DATABASE_URL",
      "postgres://a:b@127.0.0.1:9/x",
      /^No database server answers at 127\.0\.0\.1:9: start it, or correct DATABASE_URL .*$/,
    ],
    ["DATABASE_URL", "postgres://a:b@nowhere.invalid/x", /^No database server answers at nowhere\.invalid: .*$/],
  ])("%s is %s", async (setting, value, sentence) => {
    const said = await refusal({ [setting]: value });
    if (typeof sentence === "string") expect(said).toBe(sentence);
    else expect(said).toMatch(sentence);
  });

  test("the database refuses the password, without telling it", async () => {
    const said = await refusal({ DATABASE_URL: changed("password", "not-the-password") });
    expect(said).toMatch(/^The database server at 127\.0\.0\.1:\d+ refuses the user postgres: correct the name or the password .*$/);
    expect(said).not.toContain("not-the-password");
  });

  test("the database is not there", async () => {
    expect(await refusal({ DATABASE_URL: changed("pathname", "/nowhere") })).toMatch(
      /^There is no database nowhere at .*: create it, or .*$/,
    );
  });

  test("the database is another program's", async () => {
    const name = `foreign_${process.pid}`;
    await query(inject("postgresUrl"), `create database ${name}`);
    const url = changed("pathname", `/${name}`);
    await query(url, "create table invoice (id int)");
    expect(await refusal({ DATABASE_URL: url })).toMatch(/^The database holds tables that are not the platform's: .*$/);
    // Keys that were made for another database would open nothing of the right one.
    expect(existsSync(join(directory, "keys"))).toBe(false);
    await query(inject("postgresUrl"), `drop database ${name}`);
  });

  test("the database is newer than the program", async () => {
    const newer = await createTestDatabase();
    await query(newer.ownerUrl, "insert into kysely_migration values ('2099-01-01T000000Z-later', '2099-01-01')");
    makeKeys();
    expect(await refusal({ DATABASE_URL: newer.ownerUrl })).toMatch(
      /^The database has been migrated by a newer version .*2099-01-01.*: .*$/,
    );
    await newer.drop();
  });

  test("§4(1)4 the keys of a database that has records are missing, and makes no others", async () => {
    expect(await refusal({})).toMatch(
      /^No key index.<number>\.key in .*: restore the key folder from its backup; only a new platform has keys made, .*$/,
    );
    expect(readdirSync(directory)).not.toContain("keys");
  });

  test.each([
    ["missing", (file: string) => rmSync(file), /^The key .*log-index.1\.key cannot be read: restore it .*$/],
    [
      "not text",
      (file: string) => writeFileSync(file, randomBytes(32)),
      /^The key .*log-index.1\.key is not 32 bytes in base64: restore it .*$/,
    ],
    ["damaged", (file: string) => writeFileSync(file, "c2hvcnQ="), /^The key .*log-index.1\.key is not 32 bytes in base64: restore it .*$/],
    ["readable for all", (file: string) => chmodSync(file, 0o644), /^The key .*log-index.1\.key is open to others.*: chmod 600 it.*$/],
  ])("§4(1)4 a key is %s", async (_how, spoil, sentence) => {
    spoil(join(makeKeys(), "log-index", "1.key"));
    expect(await refusal({})).toMatch(sentence);
  });

  test("no Temporal answers, or it lacks the namespace", async () => {
    makeKeys();
    // One after the other: each waits until nothing names the folder any more.
    const silent = await refusal({ TEMPORAL_ADDRESS: "127.0.0.1:9" });
    const lacking = await refusal({ TEMPORAL_NAMESPACE: "nowhere" });
    expect(silent).toMatch(/^No Temporal answers at 127\.0\.0\.1:9: start it, or set TEMPORAL_ADDRESS .*$/);
    expect(lacking).toMatch(/^Temporal at \S+ has no namespace nowhere: create it there, or set TEMPORAL_NAMESPACE .*$/);
  });
});
