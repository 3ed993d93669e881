import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSecretFile } from "../adapters/secret-file.ts";

const FILE = "witness.pem";

/** Makes the witness's key (Ed25519, PKCS #8), which only its owner may read; never touches one that is there. */
export function createWitnessKey(directory: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(directory, FILE), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  return privateKey;
}

/** @throws KeyMissing when it is missing, damaged or open to others */
export function readWitnessKey(directory: string): KeyObject {
  const text = readSecretFile(join(directory, FILE));
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`The key ${join(directory, FILE)} is not a private key in PEM: restore it from its backup.`);
  }
}
