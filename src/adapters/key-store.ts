import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createLogSigningKey, hasLogSigningKey } from "./log-signing-key.ts";
import { KeyMissing, readSecretFile, writeSecretFile } from "./secret-file.ts";

/** Keys of one purpose, by generation. The newest (the greatest number) is the one to use; older ones still open what they closed. */
export interface KeyRing {
  readonly currentId: string;
  readonly current: KeyObject;
  /** @throws KeyMissing when no key of that id is in the key folder. */
  get(id: string): KeyObject;
}

/** Every symmetric key of the platform, each 256 bits, as KeyObjects, which no log line and no error can show. */
export interface KeyStore {
  /** Keys the hashes of identity fields; a new one takes effect with the next import. */
  readonly index: KeyRing;
  /** Encrypts the personal parts of query log entries. */
  readonly logEncryption: KeyRing;
  /** Keys the blind index of the query log: it never rotates, since an index must find entries of five years. */
  readonly logIndex: KeyObject;
  /** Encrypts what Temporal stores. */
  readonly temporalPayload: KeyRing;
  /** Encrypts what people's authenticators share with the console. */
  readonly console: KeyRing;
}

export type KeyPurpose = keyof KeyStore;

/** What opens the personal parts of log entries, and finds entries by person or case. */
export type LogKeys = Pick<KeyStore, "logEncryption" | "logIndex">;

/** Each purpose has a folder of its own in the key folder, so that a process can be given those that it needs and no others. */
export const KEY_FOLDERS = {
  index: "index",
  logEncryption: "log-encryption",
  logIndex: "log-index",
  temporalPayload: "temporal-payload",
  console: "console",
} as const satisfies Record<KeyPurpose, string>;

/** The keys that each process opens; docker-compose.yml gives each container these folders and no others. */
export const KEYS_OF = {
  api: ["index", "logEncryption", "logIndex"],
  worker: ["index", "temporalPayload"],
  /** Of the register's index it opens nothing: with that, ID numbers could be tried against the household data. */
  console: ["console", "temporalPayload", "logEncryption", "logIndex"],
  queryLog: ["logEncryption", "logIndex"],
  /** Commands that speak with the processes. */
  command: ["temporalPayload"],
} as const satisfies Record<string, readonly KeyPurpose[]>;

const PURPOSES = Object.keys(KEY_FOLDERS) as KeyPurpose[];
type Ring = Exclude<(typeof KEY_FOLDERS)[KeyPurpose], "log-index">;

/**
 * Opens keys of the key folder: files `<purpose>/<number>.key`, each with 32 bytes in base64.
 * @param purposes what the process needs; whatever else it asks the store for is refused with KeyMissing
 * @throws KeyMissing naming the file that is missing or damaged.
 */
export function openKeyStore(directory: string, purposes: readonly KeyPurpose[] = PURPOSES): KeyStore {
  const store = {};
  for (const purpose of PURPOSES) {
    const refuse = () => {
      throw new KeyMissing(`This process opens no key of ${KEY_FOLDERS[purpose]}: it has nothing to do with it.`);
    };
    Object.defineProperty(store, purpose, purposes.includes(purpose) ? { value: openPurpose(directory, purpose) } : { get: refuse });
  }
  return store as KeyStore;
}

function openPurpose(directory: string, purpose: KeyPurpose): KeyRing | KeyObject {
  const folder = KEY_FOLDERS[purpose];
  return folder === "log-index" ? readKey(keyFile(directory, folder, 1)) : openRing(directory, folder);
}

/**
 * Makes the keys that are not there yet (folders 0700, files 0600), the one that signs the log last; never touches one that is.
 * @returns the names of the new files
 * @throws KeyMissing when a key was lost: a new one in its place would find and read nothing, in silence
 */
export function createKeys(directory: string): string[] {
  const missing = Object.values(KEY_FOLDERS).filter((folder) => ringIds(directory, folder).length === 0);
  if (missing.length > 0 && hasLogSigningKey(directory)) {
    throw new KeyMissing(`${directory} has lost its keys of ${missing.join(", ")}, while others are there: restore them from the backup.`);
  }
  for (const folder of missing) writeKey(directory, folder, 1);
  const signingKey = createLogSigningKey(directory);
  return [...missing.map((folder) => join(folder, "1.key")), ...(signingKey === undefined ? [] : [signingKey])];
}

/**
 * Adds the next key to a ring and returns its id. Running processes pick it up when they start, or when a record names it.
 * @param announce is told the key's name before there is a key of it: whoever keeps a trail finds no key that isn't on it
 * @throws KeyMissing when the ring has none
 */
export function rotateKey(directory: string, ring: Ring, announce?: (made: string) => void): string {
  const next = Number(openRing(directory, ring).currentId) + 1;
  announce?.(`${ring}/${next}`);
  writeKey(directory, ring, next);
  return String(next);
}

function openRing(directory: string, folder: string): KeyRing {
  const keys = new Map(ringIds(directory, folder).map((id) => [String(id), readKey(keyFile(directory, folder, id))]));
  const currentId = [...keys.keys()].at(-1);
  const current = currentId === undefined ? undefined : keys.get(currentId);
  if (currentId === undefined || current === undefined) {
    throw new KeyMissing(
      `No key ${folder}/<number>.key in ${directory}: restore the key folder from its backup; only a new platform has keys made, with bin/keys create.`,
    );
  }
  return {
    currentId,
    current,
    get(id) {
      const known = keys.get(id);
      if (known !== undefined) return known;
      // Rotated since this process started. Ids come from our own records, yet only digits may reach a path.
      if (!/^[0-9]{1,9}$/.test(id)) throw new KeyMissing(`"${id}" is not the id of a key.`);
      const added = readKey(keyFile(directory, folder, id));
      keys.set(id, added);
      return added;
    },
  };
}

function keyFile(directory: string, folder: string, id: number | string): string {
  return join(directory, folder, `${id}.key`);
}

function ringIds(directory: string, folder: string): number[] {
  const path = join(directory, folder);
  return (existsSync(path) ? readdirSync(path) : [])
    .map((file) => /^([0-9]{1,9})\.key$/.exec(file)?.[1])
    .filter((id) => id !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function readKey(path: string): KeyObject {
  const bytes = Buffer.from(readSecretFile(path), "base64");
  if (bytes.length !== 32) throw new KeyMissing(`The key ${path} is not 32 bytes in base64: restore it from the backup of the key folder.`);
  return createSecretKey(bytes);
}

function writeKey(directory: string, folder: string, id: number): void {
  writeSecretFile(keyFile(directory, folder, id), `${randomBytes(32).toString("base64")}\n`);
}
