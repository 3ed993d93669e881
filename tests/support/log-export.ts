import { generateKeyPairSync } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { openDatabase } from "../../db/client.ts";
import { runExportLog } from "../../src/log-export/export-command.ts";
import { centralDirectory, localHeader, readAt, walkZip } from "../../src/log-export/zip-file.ts";
import type { Report } from "../../src/log-verify/report.ts";
import { runVerifyLog } from "../../src/log-verify/verify-command.ts";
import { formatCheckpoint } from "../../src/transparency/checkpoint.ts";
import { cosign } from "../../src/transparency/cosignature.ts";
import { leafHash } from "../../src/transparency/leaf.ts";
import { formatNote } from "../../src/transparency/note.ts";
import { type Signer, signText } from "../../src/transparency/note-signature.ts";
import { growTree } from "../../src/transparency/tile.ts";
import { ALGORITHM, formatVerifierKey, verifierKeyOf } from "../../src/transparency/verifier-key.ts";
import { ask, startTestApi } from "./api.ts";
import { madeUpId, PEOPLE, question } from "./people.ts";
import { seedGenerations, seedIntegration } from "./seed.ts";

const ORIGIN = "log.example.invalid/queries";

/** A key pair by its name, and what people are handed to believe it. */
export function makeSigner(name: string, algorithm: number = ALGORITHM.ed25519): Signer & { readonly verifierKey: string } {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { name, privateKey, verifierKey: formatVerifierKey(verifierKeyOf(name, algorithm, privateKey)) };
}

export const logSigner = makeSigner(ORIGIN);
export const witness = makeSigner("ethics.example.invalid", ALGORITHM.cosignature);

/** Makes the tree grow over all entries, and signs it, as the worker and a witness do. @returns the signed note */
export async function publishCheckpoint(pool: Pool, signedOn = "2026-11-24", signer: Signer = logSigner): Promise<string> {
  const { rows: entries } = await pool.query<{ entry: Buffer }>("select entry from query_log order by leaf_index");
  const { size, root, tiles } = growTree(
    0,
    entries.map(({ entry }) => leafHash(entry)),
    () => undefined,
  );
  for (const { level, index, hashes } of tiles)
    await pool.query("insert into log_tile values ($1, $2, $3) on conflict (level, tile_index) do update set hashes = excluded.hashes", [
      level,
      index,
      hashes,
    ]);
  await pool.query("update log_tree set size = $1", [size]);
  const text = formatCheckpoint({ origin: ORIGIN, size, root, extensions: [] });
  const signature = signText(text, signer);
  const note = formatNote({ text, signatures: [signature] });
  await pool.query(
    "insert into log_checkpoint values ($1, $2, $3, $4, now()) on conflict (origin, signed_on) do update set tree_size = excluded.tree_size, signed_note = excluded.signed_note",
    [ORIGIN, signedOn, size, note],
  );
  await pool.query(
    "insert into log_cosignature values ($1, $2, $3, $4, now()) on conflict (origin, witness_name) do update set tree_size = excluded.tree_size, signed_note = excluded.signed_note",
    [ORIGIN, witness.name, size, formatNote({ text, signatures: [signature, cosign(text, witness, 1_795_500_000)] })],
  );
  return note;
}

/** Who exports, and why. */
export const EXPORTED_BY = ["--as", "chen.auditor", "--reason", "離線驗證"];

/** A folder of one test file for exports. */
export function exportFolder() {
  const directory = mkdtempSync(join(tmpdir(), "log-export-"));
  let made = 0;
  return {
    path: (name: string) => join(directory, name),
    /** Exports a database's log. @returns the file and the last line */
    async exportLog(url: string, ...options: string[]): Promise<{ path: string; said: string }> {
      const path = join(directory, `export-${made++}.zip`);
      const said = await runExportLog(
        ["--out", path, ...EXPORTED_BY, ...options],
        () => openDatabase(url, { max: 1 }),
        () => undefined,
      );
      return { path, said };
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Runs `bin/verify-log` on an export. */
export async function verifyLog(path: string, ...options: string[]): Promise<{ code: number; report: Report; lines: string[] }> {
  const lines: string[] = [];
  const keys = options.includes("--key") ? [] : ["--key", logSigner.verifierKey];
  const code = await runVerifyLog(
    [path, ...keys, ...options, "--json"],
    (line) => lines.push(line),
    (line) => lines.push(line),
  );
  return { code, report: code === 2 ? (undefined as never) : JSON.parse(lines.pop() as string), lines };
}

/** What findings name: kind and place. */
export function named({ findings }: Report): string[] {
  return findings.map(({ kind, index }) => (index === undefined ? kind : `${kind} ${index}`));
}

/** How many entries the log of `startSignedLog` has: two full bundles and one of 188. */
export const ENTRIES = 700;
const TABLES = ["query_log", "log_tile", "log_head", "log_checkpoint", "log_cosignature"];
/** The columns of a row but its id and its place. */
const OTHERS = "asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry";

/** SQL that puts a copy of a row, under another id, into a place. */
export function insertCopy(place: number, from: number): string {
  return `insert into query_log (entry_id, ${OTHERS}, leaf_index) select gen_random_uuid(), ${OTHERS}, ${place} from query_log where leaf_index = ${from}`;
}

/** A log of real entries, signed once at 301 and once at all of them. What a test does to it is taken back by `restore`. */
export async function startSignedLog() {
  const api = await startTestApi();
  const { pool } = api.owner;
  const folder = exportFolder();
  await seedGenerations(pool, api.keyStore, Object.values(PEOPLE));
  const { token } = await seedIntegration(pool, { checks: ["resident"] });
  await api.settle();
  const { subject: _, ...rest } = question({}, { checks: ["resident"] });
  const askBatch = async (from: number, count: number) => {
    const subjects = Array.from({ length: count }, (_subject, place) => ({ nationalId: madeUpId(from + place), name: "李小華" }));
    return (await ask(api.url, { ...rest, subjects }, { token, path: "/v1/verifications/batch" })).body.results;
  };
  const [{ receipt }] = await askBatch(1, 300);
  // A refused one is an entry too.
  await ask(api.url, { ...question({ nationalId: madeUpId(3), name: "李小華" }), checks: ["disability"] }, { token });
  const early = folder.path("early.note");
  writeFileSync(early, await publishCheckpoint(pool, "2026-11-23"));
  await askBatch(400, ENTRIES - 301);
  await publishCheckpoint(pool);
  const { rows } = await pool.query("select leaf_index, entry_id from query_log");
  for (const table of TABLES) await pool.query(`create table kept_${table} as table ${table}`);
  return {
    api,
    pool,
    folder,
    /** The first entry's. */
    receipt: `${receipt.leafHash}@${receipt.leafIndex}`,
    /** The file of the checkpoint at 301, kept elsewhere. */
    early,
    idOf: new Map<number, string>(rows.map((row) => [Number(row.leaf_index), row.entry_id])),
    async restore() {
      for (const table of TABLES) await pool.query(`delete from ${table}; insert into ${table} select * from kept_${table}`);
    },
    /** Does something as the owner, whom no trigger and no grant holds back, then exports and verifies. */
    async verifyAfter(statement: string, ...options: string[]) {
      await pool.query(`set session_replication_role = replica; ${statement}; reset session_replication_role`);
      return verifyLog((await folder.exportLog(api.database.workerUrl)).path, ...options);
    },
    async close() {
      await api.close();
      folder.remove();
    },
  };
}

/** Writes a ZIP anew with other files, checksums and directory right. */
export function rewriteZip(path: string, change: (files: { name: string; data: Buffer }[]) => { name: string; data: Buffer }[]): void {
  const fd = openSync(path, "r+");
  const files = change([...walkZip(fd)].map(({ name, dataAt, size }) => ({ name, data: readAt(fd, dataAt, size) })));
  const bytes = Buffer.concat(files.flatMap(({ name, data }) => [localHeader(name, data), data]));
  ftruncateSync(fd, 0);
  writeSync(fd, bytes, 0, bytes.length, 0);
  const directory = Buffer.concat([...centralDirectory(walkZip(fd, bytes.length))]);
  writeSync(fd, directory, 0, directory.length, bytes.length);
  closeSync(fd);
}
