import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Kysely } from "kysely";
import type { Pool } from "pg";
import { openDatabase } from "../db/client.ts";
import { appendRequests, type RequestEntries } from "../db/queries/query-log.ts";
import { findTile } from "../db/queries/query-log-tree.ts";
import { indexPastLogMonth } from "../db/queries/upkeep.ts";
import type { Database } from "../db/tables/database.ts";
import { type LogKeys, openKeyStore } from "../src/adapters/key-store.ts";
import type { Progress } from "../src/adapters/slow-step.ts";
import { createRandomHex, entryIds } from "../src/api/entry-id.ts";
import { growLog, openLogKeeping } from "../src/log-keeper.ts";
import { openQueryLog } from "../src/query-log-reader.ts";
import { leafHashOfText } from "../src/transparency/leaf.ts";
import { proveInclusion } from "../src/transparency/proof.ts";
import { appendWithoutTree } from "./append-without-tree.ts";
import { type BenchDatabase, questionBodies } from "./bench-database.ts";
import { load, median } from "./load.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { benchVerifyLog, type VerifyLogFigures } from "./verify-log.ts";

const ENTRIES = 10_000_000;
const ENTRIES_AT_ONCE = 250_000;
/** Days that they are spread over: what the law keeps. */
const DAYS = 5 * 365;
const SUBJECTS = 470_000;
const PROOFS = 2000;
const BATCH = 100;
const ROUNDS = 3;
const SECONDS = 4;
const CONNECTIONS = 64;

/** The tree's price, and what it is good for with ten million entries. Times in milliseconds. */
export interface LogFigures {
  /** Single verifications at 64 connections with the tree growing, against the same server whose entries take no place. */
  readonly vsNoTree: number;
  /** Entries a second in batches of 100 from one caller, and against the same rows without places. */
  readonly appendsPerSecond: number;
  readonly appendsVsNoTree: number;
  readonly entries: number;
  readonly growthPerSecond: number;
  /** Once the entries are there. */
  readonly appendsPerSecondBesideThem: number;
  readonly proofP50Ms: number;
  readonly proofP99Ms: number;
  /** On a connection that has just been opened, and has to learn of every month first. */
  readonly subjectAccessFirstMs: number;
  readonly subjectAccessP50Ms: number;
  readonly subjectAccessP99Ms: number;
  /** `verify-log` over a million entries. */
  readonly verify: VerifyLogFigures;
}

/** @param keeper of the database's log; it is stopped before the log is made anew */
export async function benchLog(database: BenchDatabase, progress: Progress, keeper: ServerProcess): Promise<LogFigures> {
  const vsNoTree = await verificationsAgainstNoTree(database, progress);
  await keeper.stop();
  const api = openDatabase(database.apiUrl, { max: 2 });
  const owner = openDatabase(database.ownerUrl, { max: 2 });
  const reader = openDatabase(database.logReaderUrl, { max: 1 });
  try {
    const appends = await appendsAgainstNoTree(api.pool, progress);
    await owner.pool.query("truncate query_log; update log_head set size = 0");
    const growthPerSecond = await fill(owner.pool, database, progress);
    const appendsPerSecondBesideThem = await appendFor(api.pool, appendRequests);
    const verify = await benchVerifyLog(progress);
    progress("log: proofs and subject access");
    const proofs = await times(PROOFS, () =>
      proveInclusion(Math.floor(Math.random() * ENTRIES), ENTRIES, (level, index) => findTile(api.pool, level, index)),
    );
    const firsts = await times(9, () => openSubjectFirst(database));
    await openSubject(reader.db, openKeyStore(database.keysDirectory));
    const subjects = await times(500, () => openSubject(reader.db, openKeyStore(database.keysDirectory)));
    return {
      vsNoTree,
      ...appends,
      entries: ENTRIES,
      growthPerSecond,
      appendsPerSecondBesideThem,
      proofP50Ms: at(proofs, 0.5),
      proofP99Ms: at(proofs, 0.99),
      subjectAccessFirstMs: at(firsts, 0.5),
      subjectAccessP50Ms: at(subjects, 0.5),
      subjectAccessP99Ms: at(subjects, 0.99),
      verify,
    };
  } finally {
    await Promise.all([api.close(), owner.close(), reader.close()]);
  }
}

async function verificationsAgainstNoTree(database: BenchDatabase, progress: Progress): Promise<number> {
  const tree = await startServer("api-server.ts", [database.apiUrl, database.keysDirectory, "shared"]);
  const none = await startServer("api-server.ts", [database.apiUrl, database.keysDirectory, "no-tree"]);
  const bodies = questionBodies(database.people, 500);
  const headers = { authorization: `Bearer ${database.token}` };
  const run = async ({ url }: { url: string }, seconds = SECONDS) =>
    (await load({ url: `${url}/v1/verifications`, connections: CONNECTIONS, seconds, bodies, headers })).perSecond;
  try {
    for (const server of [tree, none]) await run(server);
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`log: with and without the tree, round ${round} of ${ROUNDS}`);
      const withTree = await run(tree);
      ratios.push(withTree / (await run(none)));
    }
    return median(ratios);
  } finally {
    await Promise.all([tree, none].map((server) => server.stop()));
  }
}

async function appendsAgainstNoTree(pool: Pool, progress: Progress): Promise<{ appendsPerSecond: number; appendsVsNoTree: number }> {
  const perSecond = { tree: [] as number[], none: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`log: appending, round ${round} of ${ROUNDS}`);
    perSecond.tree.push(await appendFor(pool, appendRequests));
    perSecond.none.push(await appendFor(pool, appendWithoutTree));
  }
  return {
    appendsPerSecond: median(perSecond.tree),
    appendsVsNoTree: median(perSecond.tree.map((tree, round) => tree / (perSecond.none[round] as number))),
  };
}

async function appendFor(pool: Pool, append: typeof appendRequests): Promise<number> {
  const randomHex = createRandomHex();
  const entry = "0123456789".repeat(80);
  const started = performance.now();
  let appended = 0;
  while (performance.now() - started < SECONDS * 1000) {
    const entries = entryIds(Date.now(), BATCH, randomHex).map((entryId) => ({
      entryId,
      integrationId: 1,
      operator: "tax-042",
      operationCode: "V01",
      outcome: "match",
      caseNumberIndex: randomHex(16),
      subjectIndex: randomHex(16),
      leafHash: leafHashOfText(entry),
      entry,
    }));
    const request: RequestEntries = { entries, countedFor: 1 };
    await append(pool, [request]);
    appended += BATCH;
  }
  return (appended * 1000) / (performance.now() - started);
}

/** Who asked about somebody, as an officer asks it: on record first, then each entry. */
async function openSubject(db: Kysely<Database>, keys: LogKeys): Promise<void> {
  const opening = {
    by: { account: "bench.officer", role: "caseOfficer" },
    purpose: "subject-access",
    reason: "measuring",
    reference: "113-0001",
  } as const;
  let found = 0;
  for await (const _entry of openQueryLog(db, keys, { subjectIndex: subjectIndex(Math.floor(Math.random() * SUBJECTS)) }, opening, "all"))
    found += 1;
  if (found === 0) throw new Error("Subject access found nothing.");
}

async function openSubjectFirst(database: BenchDatabase): Promise<void> {
  const reader = openDatabase(database.logReaderUrl, { max: 1 });
  try {
    await openSubject(reader.db, openKeyStore(database.keysDirectory));
  } finally {
    await reader.close();
  }
}

/** Ten million entries of the length that real ones have, spread over a county's people, and their tree. @returns leaves a second that the tree took */
async function fill(pool: Pool, database: BenchDatabase, progress: Progress): Promise<number> {
  await pool.query("select create_query_log_partitions((now() - $1 * interval '1 day')::date, $2)", [DAYS, Math.ceil(DAYS / 30) + 1]);
  for (let first = 0; first < ENTRIES; first += ENTRIES_AT_ONCE) {
    if (first % 1_000_000 === 0) progress(`log: writing entries, ${first.toLocaleString("en")} of ${ENTRIES.toLocaleString("en")}`);
    await pool.query(
      `with made as (
         select place, uuidv7((place / $3::float8 - 1) * $4 * interval '1 day') as id, convert_to(format('{"version":1,"salt":"%s","sealed":"%s"}', gen_random_uuid(),
           repeat(encode(sha256(place::text::bytea), 'base64'), 19)), 'UTF8') as entry
         from generate_series($1::bigint, $1::bigint + $2::int - 1) place
       ), grown as (update log_head set size = $1::bigint + $2::int)
       insert into query_log (leaf_index, entry_id, asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry)
       select place, id, uuid_extract_timestamp(id), 1, 'tax-042', 'V01', 'match', decode(md5(place::text), 'hex'),
         decode(md5('subject ' || (place * 7919) % $5), 'hex'), sha256('\\x00'::bytea || entry), entry from made`,
      [first, ENTRIES_AT_ONCE, ENTRIES, DAYS, SUBJECTS],
    );
  }
  progress("log: growing the tree");
  const worker = openDatabase(database.workerUrl, { max: 1 });
  const keeping = openLogKeeping(
    { keysDirectory: database.keysDirectory, logDirectory: join(database.keysDirectory, "filled-log"), logOrigin: "bench/filled-log" },
    worker.pool,
    () => new Date(),
  );
  // The tree of the rounds before is another log's.
  await pool.query("truncate log_tile, log_checkpoint; alter table log_tree disable trigger all; update log_tree set size = 0");
  const started = performance.now();
  while ((await growLog(keeping)) === "more");
  const seconds = (performance.now() - started) / 1000;
  progress("log: indexing the months that are over");
  while ((await indexPastLogMonth(worker.db)) !== null);
  await worker.close();
  await pool.query("vacuum analyze query_log");
  return ENTRIES / seconds;
}

function subjectIndex(subject: number): string {
  return createHash("md5").update(`subject ${subject}`).digest("hex");
}

async function times(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < count; time += 1) {
    const started = performance.now();
    await run();
    taken.push(performance.now() - started);
  }
  return taken.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
