import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const FILE = "witness.sqlite";
const PATIENCE = 5000;

/** What a witness remembers can't be relied on. It stops: what it would sign might go back on what it signed. */
export class UnreliableState extends Error {
  override name = "UnreliableState";

  constructor(file: string, what: string) {
    super(`${file} ${what}: never go on with an older copy of it; a witness that lost it begins anew, with a new key (docs/witness.md).`);
  }
}

/** A witness's memory: one SQLite file, which several processes may use at once. */
export interface WitnessStore {
  readonly file: string;
  /** Prepares and runs one statement. */
  readonly rows: (statement: string, ...values: (string | number | null)[]) => Record<string, unknown>[];
  /** Nobody else writes meanwhile. When it returns, what was written stays, also when the machine loses power. */
  readonly inTransaction: <T>(work: () => T) => T;
  close(): void;
}

/** @throws Error when there is one already */
export function createWitnessStore(directory: string, name: string, verifierKey: string): void {
  const file = join(directory, FILE);
  if (existsSync(file)) throw new Error(`${file} is there already: a witness is set up once.`);
  const store = open(file);
  store.inTransaction(() => {
    store.rows("create table witness (name text not null, verifier_key text not null) strict");
    store.rows("insert into witness values (?, ?)", name, verifierKey);
    // The checkpoint that was cosigned last, with our cosignature: whoever reads it sees whether it is what we wrote.
    store.rows("create table log (origin text primary key, latest text) strict");
    store.rows("create table log_key (verifier_key text primary key, origin text not null references log) strict");
    // Signed by the log, yet not a continuation of what we cosigned: evidence, each once.
    store.rows("create table refused (signed_note text primary key, origin text not null references log, refused_at text not null) strict");
  });
  store.close();
}

/** @throws UnreliableState when it is missing or damaged */
export function openWitnessStore(directory: string): WitnessStore {
  const file = join(directory, FILE);
  if (!existsSync(file)) throw new UnreliableState(file, "is missing");
  let store: WitnessStore | undefined;
  try {
    store = open(file);
    if (store.rows("pragma integrity_check")[0]?.["integrity_check"] === "ok") return store;
  } catch {
    // Said below.
  }
  store?.close();
  throw new UnreliableState(file, "can't be read");
}

function open(file: string): WitnessStore {
  const database = new DatabaseSync(file, { timeout: PATIENCE });
  // A commit is on the disk, its folder's entry included, before it returns.
  database.exec("pragma journal_mode = delete; pragma synchronous = extra");
  return {
    file,
    rows: (statement, ...values) => database.prepare(statement).all(...values),
    inTransaction(work) {
      database.exec("begin immediate");
      try {
        const result = work();
        database.exec("commit");
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("rollback");
        throw error;
      }
    },
    close: () => database.close(),
  };
}
