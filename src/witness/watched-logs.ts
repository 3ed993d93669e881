import type { KeyObject } from "node:crypto";
import { openCheckpoint } from "../transparency/checkpoint.ts";
import { ALGORITHM, parseVerifierKey, type VerifierKey } from "../transparency/verifier-key.ts";
import type { WatchedLog } from "../transparency/witness.ts";
import { UnreliableState, type WitnessStore } from "./witness-store.ts";

/** Who the witness is: its key by the name that others know it by. */
export interface WitnessIdentity {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly key: VerifierKey;
}

/** What a witness keeps of a log. */
export interface LogOnRecord extends WatchedLog {
  readonly origin: string;
  /** The checkpoint cosigned last, with our cosignature; null when there is none. */
  readonly signedNote: string | null;
}

/**
 * The origin of the log that a key belongs to.
 * @param text the log's verifier key, whose name is the log's origin (C2SP tlog-checkpoint)
 * @throws Malformed when it is no verifier key; Error when no log signs with such a key
 */
export function originOfLogKey(text: string): string {
  const { name, algorithm } = parseVerifierKey(text);
  if (algorithm !== ALGORITHM.ed25519) throw new Error("A log signs with plain Ed25519 (algorithm 1): this is another kind of key.");
  return name;
}

/** Watches a log, or takes a further key of one: what was cosigned stays. @returns the origin @throws as `originOfLogKey` */
export function addLogKey(store: WitnessStore, text: string): string {
  const origin = originOfLogKey(text);
  store.inTransaction(() => {
    store.rows("insert into log (origin) values (?) on conflict do nothing", origin);
    store.rows("insert into log_key values (?, ?) on conflict do nothing", text, origin);
  });
  return origin;
}

/** No longer believes a key; what was cosigned of its log stays. @returns the log's origin @throws Error when no log has it */
export function removeLogKey(store: WitnessStore, text: string): string {
  const [removed] = store.rows("delete from log_key where verifier_key = ? returning origin", text);
  if (removed === undefined) throw new Error("No log has this key here: node bin/witness.ts show lists those that are known.");
  return String(removed["origin"]);
}

/** @throws UnreliableState when what was cosigned last isn't what we wrote */
export function findLog(store: WitnessStore, { key }: WitnessIdentity, origin: string): LogOnRecord | undefined {
  const [row] = store.rows("select latest from log where origin = ?", origin);
  if (row === undefined) return undefined;
  const keys = store
    .rows("select verifier_key from log_key where origin = ?", origin)
    .map((of) => parseVerifierKey(String(of["verifier_key"])));
  const signedNote = row["latest"] as string | null;
  return { origin, keys, signedNote, latest: signedNote === null ? undefined : ownCheckpoint(store, key, origin, signedNote) };
}

/** Every log that was ever watched. */
export function listLogs(store: WitnessStore, identity: WitnessIdentity): LogOnRecord[] {
  const origins = store.rows("select origin from log order by origin").map((row) => String(row["origin"]));
  return origins.map((origin) => findLog(store, identity, origin) as LogOnRecord);
}

function ownCheckpoint(store: WitnessStore, key: VerifierKey, origin: string, signedNote: string) {
  try {
    const { checkpoint } = openCheckpoint(signedNote, [key]);
    if (checkpoint.origin === origin) return checkpoint;
  } catch {
    // Said below.
  }
  throw new UnreliableState(store.file, "holds a checkpoint that this witness hasn't cosigned");
}
