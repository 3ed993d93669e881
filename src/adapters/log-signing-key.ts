import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Signer } from "../transparency/note-signature.ts";
import { ALGORITHM, formatVerifierKey, verifierKeyOf } from "../transparency/verifier-key.ts";
import { KeyMissing, readSecretFile, writeSecretFile } from "./secret-file.ts";

/** A folder of its own in the key folder, so that processes that must not sign can be kept from it. */
const FOLDER = "log-signing";
const FILE = /^([0-9]{1,9})\.pem$/;
/** The newest signs, and the one before it too, so that whoever trusts that one can follow to the next. */
const KEYS_THAT_SIGN = 2;

/** Makes the first key that signs the log's checkpoints (Ed25519, PKCS #8), if there is none. @returns the name of the new file */
export function createLogSigningKey(directory: string): string | undefined {
  mkdirSync(join(directory, FOLDER), { recursive: true, mode: 0o700 });
  return hasLogSigningKey(directory) ? undefined : writeKey(directory, signingFile(1));
}

/** Whether there is a key that signs: a key folder that has one once had all. */
export function hasLogSigningKey(directory: string): boolean {
  return keyFiles(directory).length > 0;
}

/**
 * Adds the next key; running workers sign with it when they start anew.
 * @param announce as `rotateKey`
 * @returns the name of the new file
 * @throws KeyMissing when there is none
 */
export function rotateLogSigningKey(directory: string, announce?: (made: string) => void): string {
  const [newest] = signingFiles(directory);
  const next = signingFile(Number.parseInt(basename(newest), 10) + 1);
  announce?.(next);
  return writeKey(directory, next);
}

/**
 * The keys that sign, the newest first, under the name of the log (C2SP tlog-checkpoint: a log's key has its origin's name).
 * Only the worker opens them: the API, which faces the network, can't sign.
 * @throws KeyMissing
 */
export function openLogSigners(directory: string, origin: string): Signer[] {
  return signingFiles(directory)
    .slice(0, KEYS_THAT_SIGN)
    .map((file) => ({ name: origin, privateKey: readKey(join(directory, file)) }));
}

/** What others verify the log's checkpoints with: the verifier keys of all its keys, the newest first (C2SP signed-note). @throws KeyMissing */
export function logVerifierKeys(directory: string, origin: string): string[] {
  return signingFiles(directory).map((file) => formatVerifierKey(verifierKeyOf(origin, ALGORITHM.ed25519, readKey(join(directory, file)))));
}

/** At least one. @throws KeyMissing */
function signingFiles(directory: string): [string, ...string[]] {
  const [newest, ...others] = keyFiles(directory);
  if (newest !== undefined) return [newest, ...others];
  throw new KeyMissing(
    `No key ${FOLDER}/<number>.pem in ${directory}: restore the key folder from its backup; bin/keys create makes one for a log that has none yet.`,
  );
}

/** Paths within the key folder, the newest first. */
function keyFiles(directory: string): string[] {
  const folder = join(directory, FOLDER);
  if (!existsSync(folder)) return [];
  const number = (file: string) => Number(FILE.exec(file)?.[1]);
  return readdirSync(folder)
    .filter((file) => FILE.test(file))
    .sort((a, b) => number(b) - number(a))
    .map((file) => join(FOLDER, file));
}

function readKey(path: string) {
  const text = readSecretFile(path);
  try {
    return createPrivateKey(text);
  } catch {
    throw new KeyMissing(`The key ${path} is not a private key in PEM: restore it from the backup of the key folder.`);
  }
}

/** Path within the key folder. */
function signingFile(number: number): string {
  return join(FOLDER, `${number}.pem`);
}

function writeKey(directory: string, file: string): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeSecretFile(join(directory, file), String(privateKey.export({ type: "pkcs8", format: "pem" })));
  return file;
}
