import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { ALGORITHM, formatVerifierKey, isKeyName, verifierKeyOf } from "../transparency/verifier-key.ts";
import { listLogs, type WitnessIdentity } from "./watched-logs.ts";
import { createWitnessKey, readWitnessKey } from "./witness-key.ts";
import { createWitnessStore, openWitnessStore, UnreliableState, type WitnessStore } from "./witness-store.ts";

/** A witness that can work. */
export interface Witness {
  readonly identity: WitnessIdentity;
  readonly store: WitnessStore;
}

/**
 * Makes a witness's key and memory in an empty folder.
 * @throws Error when something is in the folder, or no key may have the name
 */
export function createWitness(directory: string, name: string): Witness {
  if (!isKeyName(name))
    throw new Error("Give the witness a name without spaces or plus, such as ethics.example.gov.tw/witness: --name NAME.");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} isn't empty: a witness is set up once, in a folder of its own.`);
  const identity = identityOf(name, createWitnessKey(directory));
  createWitnessStore(directory, name, formatVerifierKey(identity.key));
  return { identity, store: openWitnessStore(directory) };
}

/**
 * @throws KeyMissing when its key can't be read
 * @throws UnreliableState when its memory can't be read, is another key's, or isn't what this witness wrote
 */
export function openWitness(directory: string): Witness {
  if (!existsSync(directory) || readdirSync(directory).length === 0)
    throw new Error(`${directory} holds no witness yet: set it up with node bin/witness.ts init --name NAME.`);
  const privateKey = readWitnessKey(directory);
  const store = openWitnessStore(directory);
  const [row] = store.rows("select name, verifier_key from witness");
  const identity = identityOf(String(row?.["name"]), privateKey);
  if (formatVerifierKey(identity.key) !== row?.["verifier_key"]) throw new UnreliableState(store.file, "belongs to another key");
  listLogs(store, identity);
  return { identity, store };
}

function identityOf(name: string, privateKey: KeyObject): WitnessIdentity {
  return { name, privateKey, key: verifierKeyOf(name, ALGORITHM.cosignature, privateKey) };
}
