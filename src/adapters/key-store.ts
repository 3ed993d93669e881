import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogSigningKey } from "./log-signing-key.ts";
import { KeyMissing, readSecretFile } from "./secret-file.ts";

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

/** What opens the personal parts of log entries, and finds entries by person or case. */
export type LogKeys = Pick<KeyStore, "logEncryption" | "logIndex">;

const RINGS = ["index", "log-encryption", "temporal-payload", "console"] as const;
const SINGLE_KEYS = ["log-index"] as const;

/**
 * Opens the key folder: files `<purpose>.<number>.key` and `log-index.key`, each with 32 bytes in base64.
 * @throws KeyMissing naming the file that is missing or damaged.
 */
export function openKeyStore(directory: string): KeyStore {
  return { index: openRing(directory, "index"), ...openConsoleKeys(directory) };
}

/**
 * Opens what the console needs of the key folder; the register's index key is not among it: the console asks nobody's household data.
 * @throws KeyMissing as `openKeyStore`
 */
export function openConsoleKeys(directory: string): Omit<KeyStore, "index"> {
  return {
    logEncryption: openRing(directory, "log-encryption"),
    logIndex: readKey(join(directory, "log-index.key")),
    temporalPayload: openRing(directory, "temporal-payload"),
    console: openRing(directory, "console"),
  };
}

/** Makes the keys that are not there yet (folder 0700, files 0600); never touches one that is. Returns the names of the new files. */
export function createKeys(directory: string): string[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const present = readdirSync(directory);
  const missing = [
    ...RINGS.filter((ring) => ringIds(present, ring).length === 0).map((ring) => `${ring}.1.key`),
    ...SINGLE_KEYS.map((name) => `${name}.key`).filter((file) => !present.includes(file)),
  ];
  for (const file of missing) writeKey(join(directory, file));
  const signingKey = createLogSigningKey(directory);
  return signingKey === undefined ? missing : [...missing, signingKey];
}

/** Adds the next key to a ring and returns its id. Running processes pick it up when they start, or when a record names it. */
export function rotateKey(directory: string, ring: (typeof RINGS)[number]): string {
  const last = ringIds(readdirSync(directory), ring).at(-1) ?? 0;
  writeKey(join(directory, `${ring}.${last + 1}.key`));
  return String(last + 1);
}

function openRing(directory: string, purpose: string): KeyRing {
  const ids = existsSync(directory) ? ringIds(readdirSync(directory), purpose) : [];
  const keys = new Map(ids.map((id) => [String(id), readKey(join(directory, `${purpose}.${id}.key`))]));
  const currentId = [...keys.keys()].at(-1);
  const current = currentId === undefined ? undefined : keys.get(currentId);
  if (currentId === undefined || current === undefined) {
    throw new KeyMissing(
      `No key ${purpose}.<number>.key in ${directory}: restore the key folder from its backup, or make keys with bin/keys create.`,
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
      const added = readKey(join(directory, `${purpose}.${id}.key`));
      keys.set(id, added);
      return added;
    },
  };
}

function ringIds(files: string[], purpose: string): number[] {
  return files
    .map((file) => new RegExp(`^${purpose}\\.([0-9]{1,9})\\.key$`).exec(file)?.[1])
    .filter((id) => id !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function readKey(path: string): KeyObject {
  const bytes = Buffer.from(readSecretFile(path), "base64");
  if (bytes.length !== 32) throw new KeyMissing(`The key ${path} is not 32 bytes in base64: restore it from the backup of the key folder.`);
  return createSecretKey(bytes);
}

function writeKey(path: string): void {
  writeFileSync(path, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
}
