import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { requireOwnSchema } from "../../db/schema-version.ts";
import { createKeys } from "../../src/adapters/key-store.ts";
import { readMachine } from "../../src/config.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let owner: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase(database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await owner.close();
  await database.drop();
});

test.each(["api", "worker", "console"])("bin/%s.ts refuses a schema that is not its own, in one sentence", async (name) => {
  const keysDirectory = mkdtempSync(join(tmpdir(), "schema-version-keys-"));
  createKeys(keysDirectory);
  await owner.pool.query("insert into kysely_migration values ('2099-01-01T000000Z-later', '2099-01-01')");
  try {
    const urls = { api: database.apiUrl, worker: database.workerUrl, console: database.consoleUrl };
    const ended = await new Promise<string>((resolve) => {
      const settings = { DATABASE_URL: urls[name as keyof typeof urls], KEYS_DIR: keysDirectory, TEMPORAL_ADDRESS: "127.0.0.1:1" };
      const env = { ...readMachine().inherited, ...settings, PORT: "0", CONSOLE_PORT: "0" };
      const script = join(import.meta.dirname, `../../bin/${name}.ts`);
      execFile(process.execPath, [script], { env, timeout: 60_000 }, (_error, _stdout, stderr) => resolve(stderr.trim()));
    });
    expect(ended).toMatch(/^The database has been migrated by a newer version .*\.$/);
  } finally {
    await owner.pool.query("delete from kysely_migration where name like '2099%'");
    rmSync(keysDirectory, { recursive: true });
  }
});

describe.each(["apiUrl", "workerUrl", "consoleUrl"] as const)("a process that starts with the role of %s", (url) => {
  async function start(): Promise<void> {
    const { pool, close } = openDatabase(database[url], { max: 1 });
    await requireOwnSchema(pool).finally(close);
  }

  test("§4(1)2 does so on its own version's schema, and on no newer or older one", async () => {
    await start();
    await owner.pool.query("insert into kysely_migration values ('2099-01-01T000000Z-later', '2099-01-01')");
    await expect(start()).rejects.toThrow(/^The database has been migrated by a newer version .*2099-01-01.*: start that version, .*\.$/);
    await owner.pool.query("delete from kysely_migration where name like '2099%'");
    const { rows } = await owner.pool.query(
      "delete from kysely_migration where name = (select max(name) from kysely_migration) returning *",
    );
    await expect(start()).rejects.toThrow(/^The database lacks this version's schema \(.*\): run bin\/migrate\.ts of this version, .*\.$/);
    await owner.pool.query("insert into kysely_migration values ($1, $2)", [rows[0].name, rows[0].timestamp]);
    await owner.pool.query("begin; revoke select on kysely_migration from platform_api, platform_worker, platform_console; commit");
    await expect(start()).rejects.toThrow(/^The database lacks this version's schema/);
    await owner.pool.query("grant select on kysely_migration to platform_api, platform_worker, platform_console");
    await start();
  });
});
