import { createPublicKey, type KeyObject } from "node:crypto";
import { Malformed } from "./malformed.ts";
import { parseBase64 } from "./strict-text.ts";
import { sha256 } from "./tree.ts";

/** C2SP signed-note's bytes for what a key signs and how. Others may come: a key of one that isn't here is kept, and its signatures are skipped. */
export const ALGORITHM = { ed25519: 0x01, cosignature: 0x04 } as const;

const KEY_NAME = /^[^\p{White_Space}+]+$/u;
const VERIFIER_KEY = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/;
const ED25519_BYTES = 32;
const KEY_ID_BYTES = 4;

/** A public key by the name and ID that a note's signature lines give. */
export interface VerifierKey {
  /** Such as `log.example.gov.tw/queries`: no spaces, no plus. */
  readonly name: string;
  /** Four bytes in hexadecimal. */
  readonly keyId: string;
  readonly algorithm: number;
  /** For Ed25519 its 32 bytes. */
  readonly publicKey: Buffer;
}

/** Whether a key may be called this. */
export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && name.isWellFormed();
}

/**
 * @param key an Ed25519 key, private or public
 * @throws RangeError for another kind of key, or a name that no key may have
 */
export function verifierKeyOf(name: string, algorithm: number, key: KeyObject): VerifierKey {
  if (key.asymmetricKeyType !== "ed25519" || !isKeyName(name))
    throw new RangeError("A signer has an Ed25519 key and a name without spaces or plus.");
  const { x } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
  const publicKey = Buffer.from(x as string, "base64url");
  return { name, algorithm, publicKey, keyId: keyIdOf(name, algorithm, publicKey) };
}

/** An Ed25519 public key from its 32 bytes (RFC 8032), as a verifier key holds them. */
export function ed25519Key(bytes: Buffer): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
}

/** `<name>+<key ID>+<base64 of algorithm ‖ public key>`, which is what people hand to each other (C2SP signed-note, "vkey"). */
export function formatVerifierKey({ name, keyId, algorithm, publicKey }: VerifierKey): string {
  return `${name}+${keyId}+${Buffer.concat([Buffer.of(algorithm), publicKey]).toString("base64")}`;
}

/** @throws Malformed also when the key ID isn't that of the name and the key */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = "", keyId = "", encoded = ""] = VERIFIER_KEY.exec(text) ?? [];
  const [algorithm, ...bytes] = parseBase64(encoded) ?? [];
  if (algorithm === undefined || !isKeyName(name)) throw new Malformed("verifier key", "it isn't name+ID+base64.");
  const publicKey = Buffer.from(bytes);
  const isEd25519 = algorithm === ALGORITHM.ed25519 || algorithm === ALGORITHM.cosignature;
  if (isEd25519 && publicKey.length !== ED25519_BYTES) throw new Malformed("verifier key", "an Ed25519 key has 32 bytes.");
  if (keyId !== keyIdOf(name, algorithm, publicKey))
    throw new Malformed("verifier key", "the ID is another key's: a part was copied wrongly.");
  return { name, keyId, algorithm, publicKey };
}

/** The first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key). */
function keyIdOf(name: string, algorithm: number, publicKey: Buffer): string {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(algorithm), publicKey])).toString("hex", 0, KEY_ID_BYTES);
}
