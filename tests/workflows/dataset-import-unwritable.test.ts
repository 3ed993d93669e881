import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { importWorkflowId } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { holdStatement } from "../support/held-statement.ts";
import { decodedHistory } from "../support/history.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const CURRENT = 20;
let platform: ImportPlatform;
let owner: Pool;
let close: () => Promise<void>;
/** On the server, but in no database of ours: it can shut ours. */
let server: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  platform = await createImportPlatform();
  ({ pool: owner, close } = openDatabase(platform.database.ownerUrl, { max: 4 }));
  platform.context.pool.on("error", () => undefined);
  server = openDatabase(platform.database.ownerUrl.replace(/\/[^/]+$/, "/postgres"), { max: 1 });
  await platform.startWorker();
  const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(CURRENT, 1))));
  expect(await handle.result()).toMatchObject({ imported: true });
});
afterAll(async () => {
  await server.close();
  await close();
  await platform.remove();
});

type Handle = Awaited<ReturnType<ImportPlatform["deliver"]>>;
const attempts = async (handle: Handle) => (await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0;
const isKept = (handle: Handle) => existsSync(join(platform.context.config.inboxDirectory, handle.importId));

/** Imported once, and destroyed. */
async function expectEnd(handle: Handle, rows: number): Promise<void> {
  expect(await handle.result()).toMatchObject({ imported: true, rowsRead: rows });
  expect(await platform.rowsOf(1)).toBe(rows);
  expect(isKept(handle)).toBe(false);
  const { rows: generations } = await owner.query("select dropped_at from generation where import_id = $1", [handle.importId]);
  expect(generations).toEqual([{ dropped_at: null }]);
}

describe("an import while nothing can be written", () => {
  test("§4(1)3 for a full disk loads nothing and keeps its file; it ends when there is room again", async () => {
    const held = await holdStatement(owner, "generation", "insert", "true");
    const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(30_000, 2))));
    await expect.poll(held.isWaiting).toBe(true);
    // A limit on the size of the files that its backend may write makes the server's writes fail as a full disk does.
    const { rows } = await owner.query("select pid from pg_stat_activity where wait_event = 'advisory' and datname = current_database()");
    for (const { pid } of rows) {
      const { uid, gid } = statSync(`/proc/${pid}`);
      execFileSync("prlimit", ["--pid", String(pid), `--fsize=${512 * 1024}:`], { uid, gid });
    }
    await held.release();
    await expect.poll(() => attempts(handle)).toBeGreaterThan(1);
    // The next try has a backend without the limit.
    await expectEnd(handle, 30_000);
    const history = JSON.stringify(await decodedHistory(platform.client, importWorkflowId(handle.importId)));
    // The server's code for a file that can't be extended, whose reason has none of its own.
    expect(history).toContain("Loading failed: error XX000");
  });

  test("§4(1)3 for a database that is away keeps its file and goes on when it is back", async () => {
    const name = (await owner.query("select current_database() as name")).rows[0].name;
    const held = await holdStatement(owner, "dataset_import", "update", "new.stage = 'loaded'");
    const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(500, 3))));
    await expect.poll(held.isWaiting).toBe(true);
    await server.pool.query(`alter database ${name} allow_connections false`);
    await server.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'platform_worker'", [
      name,
    ]);
    await expect(platform.context.pool.query("select 1")).rejects.toThrow();
    await expect.poll(() => attempts(handle)).toBeGreaterThan(1);
    expect(isKept(handle)).toBe(true);
    await server.pool.query(`alter database ${name} allow_connections true`);
    await held.release();
    await expectEnd(handle, 500);
  });
});
