import { join } from "node:path";
import type { Pool } from "pg";
import { listUnsettledFindings, recordDisagreement, settleFinding } from "../db/queries/log-cosignature.ts";
import {
  findLatestCheckpoint,
  findTile,
  getLogSize,
  lockLogTree,
  type Queryable,
  readLeaves,
  recordCheckpoint,
  storeTiles,
} from "../db/queries/query-log-tree.ts";
import { type KeptCheckpoint, keptCheckpoint } from "./adapters/kept-checkpoint.ts";
import { logVerifierKeys, openLogSigners } from "./adapters/log-signing-key.ts";
import type { WorkerContext } from "./context.ts";
import { type Checkpoint, formatCheckpoint, openCheckpoint, type TreeHead } from "./transparency/checkpoint.ts";
import { type Signer, signNote } from "./transparency/note-signature.ts";
import { type ReadTile, rootAt } from "./transparency/proof.ts";
import { growTree } from "./transparency/tile.ts";
import { partialTiles } from "./transparency/tile-place.ts";
import { parseVerifierKey, type VerifierKey } from "./transparency/verifier-key.ts";

const EVERY = 1000;
/** Leaves taken at once: about a tenth of a second, and 2 MB. */
const MOST_LEAVES = 20_000;

/** The log is not what was signed before, or contradicts itself. Nothing is signed any more until people have found out why. */
export class LogDisagrees extends Error {
  override name = "LogDisagrees";
  readonly code: "log-rolled-back" | "log-forked" | "log-has-gap" | "leaf-hash-differs" | "kept-checkpoint-unreadable";

  constructor(code: LogDisagrees["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What makes the tree grow. */
export interface LogKeeping {
  readonly pool: Pool;
  readonly origin: string;
  readonly signers: readonly Signer[];
  /** All keys that the log ever had: the kept checkpoint may be from before a rotation. */
  readonly verifierKeys: readonly VerifierKey[];
  readonly kept: KeptCheckpoint;
  readonly now: () => Date;
}

/** Looks after the tree of the log until it is stopped. */
export interface LogKeeper {
  stop(): Promise<void>;
}

/**
 * About every second, when there is something new, lets the tree grow over the entries that were written, and signs a checkpoint. Several workers may
 * do so: one at a time holds the tree. Answers never wait for it; an entry's proof comes a second after its answer.
 * @clause 4(1)5
 * @clause 4(2)5
 */
export function startLogKeeper({ config, logger, pool, now }: WorkerContext): LogKeeper {
  const keeping = openLogKeeping(config, pool, now);
  const stopping = Promise.withResolvers<void>();
  let stopped = false;
  async function run(): Promise<void> {
    while (!stopped) {
      let more = false;
      try {
        more = (await growLog(keeping)) === "more";
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        logger.error({ error: error instanceof Error ? error.name : "unknown", code }, "the log's tree could not grow; trying again");
      }
      if (!more) await Promise.race([stopping.promise, new Promise((resolve) => setTimeout(resolve, EVERY).unref())]);
    }
  }
  const running = run();
  return {
    async stop() {
      stopped = true;
      stopping.resolve();
      await running;
    },
  };
}

/** @throws KeyMissing when there is nothing to sign with */
export function openLogKeeping(
  config: Pick<WorkerContext["config"], "keysDirectory" | "logDirectory" | "logOrigin">,
  pool: Pool,
  now: () => Date,
): LogKeeping {
  return {
    pool,
    now,
    origin: config.logOrigin,
    signers: openLogSigners(config.keysDirectory, config.logOrigin),
    verifierKeys: logVerifierKeys(config.keysDirectory, config.logOrigin).map(parseVerifierKey),
    kept: keptCheckpoint(join(config.logDirectory, "checkpoint")),
  };
}

/**
 * One round: takes what is new, at most 20,000 entries, and signs.
 * @returns `more` when entries are left, `none` when nothing was new or another worker has the tree
 * @throws LogDisagrees; nothing of the round is kept then but the record of what was found
 */
export async function growLog(keeping: LogKeeping): Promise<"more" | "done" | "none"> {
  const client = await keeping.pool.connect();
  let failure: unknown;
  try {
    await client.query("begin");
    const result = await grow(keeping, client);
    await client.query("commit");
    return result;
  } catch (error) {
    failure = error;
  } finally {
    // What has failed is rolled back with its connection.
    client.release(failure !== undefined);
  }
  // What can't be put on record now is found again in the next round.
  if (failure instanceof LogDisagrees) await putOnRecord(keeping, failure).catch(() => undefined);
  throw failure;
}

/** With what was signed before: only a log that agrees with that settles it, whatever becomes of the kept checkpoint. */
async function putOnRecord(keeping: LogKeeping, { code }: LogDisagrees): Promise<void> {
  const { pool, origin, kept, verifierKeys, now } = keeping;
  const keptNote = kept.read();
  const signedBefore =
    keptNote !== undefined && headOf(keptNote, verifierKeys)?.origin === origin
      ? keptNote
      : (await findLatestCheckpoint(pool, origin))?.signedNote;
  await recordDisagreement(pool, { origin, code, signedBefore, noticedAt: now() });
}

/** Settles what was found before, where the tree that is being signed has all that was signed then, or is another log, begun anew. */
async function settleFindings({ origin, verifierKeys, now }: LogKeeping, client: Queryable, size: number, read: ReadTile): Promise<void> {
  for (const { id, origin: of, signedBefore } of await listUnsettledFindings(client)) {
    const before = signedBefore === null || of !== origin ? undefined : headOf(signedBefore, verifierKeys);
    const agrees = before === undefined || (before.size <= size && (await rootAt(before.size, read)).equals(before.root));
    if (agrees) await settleFinding(client, id, now());
  }
}

async function grow(keeping: LogKeeping, client: Queryable): Promise<"more" | "done" | "none"> {
  const before = await lockLogTree(client);
  if (before === undefined) return "none";
  const logSize = await getLogSize(client);
  const latest = await findLatestCheckpoint(client, keeping.origin);
  const known = signedBefore(keeping, latest?.signedNote);
  if ((known?.size ?? 0) > logSize || before > logSize)
    throw new LogDisagrees("log-rolled-back", "The log has fewer entries than have been signed: a backup was restored.");
  const read = tilesInTurn(client);
  const size = await takeNew(client, read, before, logSize);
  if (known !== undefined && size >= known.size) {
    const root = await rootAt(known.size, read);
    if (!root.equals(known.root)) throw new LogDisagrees("log-forked", "The log's tree is not the one that was signed.");
  }
  if (size < logSize) return "more";
  if (size === before && latest?.treeSize === size) return "none";
  const root = await rootAt(size, read);
  const signedNote = signNote(formatCheckpoint({ origin: keeping.origin, size, root, extensions: [] }), keeping.signers);
  // Kept before anybody can see it, so that no signed tree is ever unknown here.
  await keeping.kept.write(signedNote);
  await recordCheckpoint(client, { origin: keeping.origin, treeSize: size, signedNote, signedAt: keeping.now() });
  await settleFindings(keeping, client, size, read);
  return "done";
}

/** The tree that was signed last, by the file outside the database; by the database where that file is lost. */
function signedBefore({ kept, verifierKeys, origin }: LogKeeping, latest: string | undefined): TreeHead | undefined {
  const note = kept.read() ?? latest;
  if (note === undefined) return undefined;
  const head = headOf(note, verifierKeys);
  if (head?.origin === origin) return head;
  throw new LogDisagrees("kept-checkpoint-unreadable", "The kept checkpoint is damaged, or of another log or key.");
}

/** What a note says that one of our keys has signed; undefined for any other. */
function headOf(note: string, verifierKeys: readonly VerifierKey[]): Checkpoint | undefined {
  try {
    return openCheckpoint(note, verifierKeys).checkpoint;
  } catch {
    return undefined;
  }
}

/** Reads tiles one after the other: a transaction has one connection, and that takes one statement at a time. */
function tilesInTurn(client: Queryable): ReadTile {
  let last: Promise<unknown> = Promise.resolve();
  return (level, index) => {
    const turn = last.then(() => findTile(client, level, index));
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function takeNew(client: Queryable, read: ReadTile, size: number, logSize: number): Promise<number> {
  if (size === logSize) return size;
  const leaves = await readLeaves(client, size, Math.min(MOST_LEAVES, logSize - size));
  const expected = Math.min(MOST_LEAVES, logSize - size);
  if (leaves.length !== expected || leaves.some(({ leafIndex }, place) => leafIndex !== size + place))
    throw new LogDisagrees("log-has-gap", "An entry of the log is missing, or is there twice.");
  if (!leaves.every(({ columnAgrees }) => columnAgrees))
    throw new LogDisagrees("leaf-hash-differs", "An entry's bytes are not those that its receipt was given for.");
  const partial = new Map(
    await Promise.all(
      partialTiles(size).map(async ({ level, index, width }) => [`${level}/${index}`, await read(level, index, width)] as const),
    ),
  );
  const grown = growTree(
    size,
    leaves.map(({ leafHash }) => leafHash),
    (level, index) => partial.get(`${level}/${index}`),
  );
  await storeTiles(client, grown.size, grown.tiles);
  return grown.size;
}
