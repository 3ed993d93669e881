import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeUpLog } from "../../bench/made-up-log.ts";
import { byteaArray, textArray } from "../../db/binary-array.ts";
import { openDatabase } from "../../db/client.ts";
import { readMachine } from "../../src/config.ts";
import { runExportLog } from "../../src/log-export/export-command.ts";
import { writeExportFile } from "../../src/log-export/export-file.ts";
import { runVerifyLog } from "../../src/log-verify/verify-command.ts";
import { leafHash } from "../../src/transparency/leaf.ts";
import { tilesOf } from "../../src/transparency/tile-place.ts";
import { perfectRoot } from "../../src/transparency/tree.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { EXPORTED_BY, exportFolder, rewriteZip } from "../support/log-export.ts";

// Enough for three levels of tiles, and for a memory that would show it if anything were kept: 80 MB of export.
const ENTRIES = 66_000;
const ROOT = join(import.meta.dirname, "../..");
const SMALL_HEAP_MB = 40;
const MOST_RSS_MB = 400;
const log = madeUpLog(ENTRIES);
const folder = exportFolder();
const path = folder.path("log.zip");
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool, close } = openDatabase(database.ownerUrl, { max: 1 });
  await pool.query("select create_query_log_partitions('2026-11-01', 1)");
  for (let begin = 0; begin < ENTRIES; begin += 6000) {
    const rows = await log.readRows(begin, begin + 6000);
    await pool.query(
      `insert into query_log select (c->>0)::uuid, (c->>1)::timestamptz, (c->>2)::int, c->>3, c->>4, c->>5,
         decode(c->>6, 'hex'), decode(c->>7, 'hex'), decode(c->>8, 'hex'), entry, $1::bigint + place - 1
       from (select columns::jsonb as c, entry, place from unnest($2::text[], $3::bytea[]) with ordinality as given(columns, entry, place)) rows`,
      [begin, textArray(rows.map(({ columns }) => columns)), byteaArray(rows.map(({ entry }) => entry))],
    );
  }
  for (const { level, index } of tilesOf(ENTRIES))
    await pool.query("insert into log_tile values ($1, $2, $3)", [level, index, (await log.readTiles(level, index, index + 1)).get(index)]);
  await pool.query("insert into log_checkpoint values ('log', '2026-11-24', $1, $2, now())", [ENTRIES, log.checkpoint]);
  await pool.query("update log_head set size = $1", [ENTRIES]);
  await close();
});
afterAll(async () => {
  await database.drop();
  folder.remove();
});

/** Runs a command with a small heap, and tells how much memory it took at most. */
function run(name: string, ...argv: string[]) {
  const tellMemory = "data:text/javascript,process.on('exit',()=>console.error('RSS',process.resourceUsage().maxRSS))";
  const node = [`--max-old-space-size=${SMALL_HEAP_MB}`, "--import", tellMemory, join(ROOT, name), ...argv];
  return new Promise<{ code: number; lines: string[]; error: string; rssMb: number }>((resolve) => {
    execFile(process.execPath, node, { env: { ...readMachine().inherited, DATABASE_URL: database.workerUrl } }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ code, lines: stdout.trim().split("\n"), error: stderr, rssMb: Number(/RSS (\d+)/.exec(stderr)?.[1]) / 1024 });
    });
  });
}

/** Changes entry 5, and with it its columns, its leaf hash, and the hash over its bundle, so that all of them agree. */
function changeEntry5(files: { name: string; data: Buffer }[]): { name: string; data: Buffer }[] {
  const data = new Map(files.map((file) => [file.name, Buffer.from(file.data)]));
  const fileOf = (name: string) => data.get(name) as Buffer;
  const entries = fileOf("tile/entries/000");
  let at = 0;
  for (let index = 0; index < 5; index += 1) at += 2 + entries.readUInt16BE(at);
  const entry = entries.subarray(at + 2, at + 2 + entries.readUInt16BE(at));
  const before = leafHash(entry);
  entry.write("tax-043", entry.indexOf("tax-042"));
  const after = leafHash(entry);
  const lines = fileOf("columns/000").toString().split("\n");
  lines[5] = (lines[5] as string).replace("tax-042", "tax-043").replace(before.toString("hex"), after.toString("hex"));
  data.set("columns/000", Buffer.from(lines.join("\n")));
  fileOf("tile/0/000").set(after, 5 * 32);
  fileOf("tile/1/000").set(perfectRoot(fileOf("tile/0/000")), 0);
  return files.map(({ name }) => ({ name, data: fileOf(name) }));
}

describe("bin/export-log and bin/verify-log", () => {
  test("§4(1)5 write and verify a log of three levels in bounded memory", async () => {
    const written = await run("bin/export-log.ts", "--out", path, ...EXPORTED_BY);
    const bytes = readFileSync(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(written).toMatchObject({
      code: 0,
      lines: [`Wrote ${ENTRIES} entries of a log of ${ENTRIES} to ${path}: ${bytes.length} bytes, SHA-256 ${sha256}.`],
    });
    expect(written.rssMb).toBeLessThan(MOST_RSS_MB);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, ".."))).toEqual(["log.zip"]);
    const verified = await run("bin/verify-log.ts", path, "--key", log.verifierKey);
    expect(verified.lines.at(-1)).toBe(`All is well: ${ENTRIES} entries are those that ${log.signer.name} signed as a log of ${ENTRIES}.`);
    expect(verified.code).toBe(0);
    expect(verified.rssMb).toBeLessThan(MOST_RSS_MB);
  }, 120_000);

  test("§4(1)5 a tile above the leaves that was changed, or made anew with the entries under it, is named", async () => {
    const copy = folder.path("copy.zip");
    writeFileSync(copy, readFileSync(path));
    const flip = (data: Buffer, at: number) => data.map((byte, place) => (place === at ? byte ^ 1 : byte)) as Buffer;
    rewriteZip(copy, (files) => files.map((file) => (file.name === "tile/1/000" ? { ...file, data: flip(file.data, 32 * 7) } : file)));
    const { code, lines } = await run("bin/verify-log.ts", copy, "--key", log.verifierKey);
    expect([code, lines.at(-1)]).toEqual([1, "One thing is wrong: tile/1/000 isn't the tile that was signed."]);
  });

  test("§4(1)5 an entry changed together with every tile under the one that the root is computed from is found", async () => {
    const copy = folder.path("remade.zip");
    writeFileSync(copy, readFileSync(path));
    rewriteZip(copy, changeEntry5);
    const { code, lines } = await run("bin/verify-log.ts", copy, "--key", log.verifierKey);
    expect([code, lines.at(-1)]).toEqual([
      1,
      "One thing is wrong: Neither tile/1/000 nor the entries give what was signed: entries 0 to 65535 aren't those, one of them at least.",
    ]);
  });

  test.each([0, 1, 255, 256, 257])("§4(1)5 a log of %s entries", async (size) => {
    const small = madeUpLog(size);
    const file = folder.path(`${size}.zip`);
    expect(await writeExportFile(file, small, () => undefined)).toMatchObject({ entries: size });
    const silent = () => undefined;
    expect(await runVerifyLog([file, "--key", small.verifierKey], silent, silent)).toBe(0);
  });

  test("§4(1)5 a log of which nearly all is gone gets its verdict too", async () => {
    const large = madeUpLog(200_000);
    const file = folder.path("gone.zip");
    await writeExportFile(
      file,
      { ...large, readRows: async (begin, end) => (begin < 512 ? large.readRows(begin, end) : []) },
      () => undefined,
    );
    const lines: string[] = [];
    expect(
      await runVerifyLog(
        [file, "--key", large.verifierKey],
        (line) => lines.push(line),
        () => undefined,
      ),
    ).toBe(1);
    expect(lines.at(-1)).toMatch(/^\d+ things are wrong, the first: Entry \d+ isn't there, by what was signed; no certificate says why\.$/);
  }, 60_000);

  test("never over a file that is there, and nothing is left of what failed", async () => {
    writeFileSync(folder.path("taken.zip"), "mine");
    const taken = await run("bin/export-log.ts", "--out", folder.path("taken.zip"), ...EXPORTED_BY);
    expect([taken.code, taken.error]).toEqual([1, expect.stringContaining("is there already: give --out another name.")]);
    expect(readFileSync(folder.path("taken.zip"), "utf8")).toBe("mine");
    const out = ["--out", folder.path("x.zip")];
    const open = () => openDatabase(database.workerUrl, { max: 1 });
    for (const argv of [[], [...out, "--from", "2026-13"], [...out, "--from", "2026-12", "--until", "2026-11"], out])
      await expect(runExportLog(argv, open, () => undefined)).rejects.toThrow(/--out FILE|must be months|--as ACCOUNT/);
    expect(existsSync(folder.path("x.zip"))).toBe(false);
  });

  test("exit code 2 for a command that is not understood", async () => {
    const key = ["--key", log.verifierKey];
    const wrong = [
      [],
      [path],
      [path, "--key", "nonsense"],
      ["nowhere.zip", ...key],
      [path, ...key, "--receipt", "1@2"],
      [path, ...key, "--checkpoint", "nowhere"],
    ];
    const silent = () => undefined;
    for (const argv of wrong) expect(await runVerifyLog(argv, silent, silent), argv.join(" ")).toBe(2);
    expect((await run("bin/verify-log.ts", path)).code).toBe(2);
    expect((await run("bin/verify-log.ts", "--help")).lines[0]).toContain("Usage: node bin/verify-log.ts");
  });
});
