import { armor, enums, generateKey, type Key, type PrivateKey, type PublicKey, readKey, readKeys, readPrivateKey } from "openpgp";
import { printableText } from "../domain/printable-text.ts";

/** What an armored key is. */
export interface KeyDescription {
  readonly fingerprint: string;
  readonly userIds: readonly string[];
  /** OpenPGP key version: 4 (GnuPG 2.2 and later) or 6 (RFC 9580). */
  readonly version: number;
  readonly expiresAt: Date | null;
}

/** A fresh key pair, both halves armored. */
export interface KeyPair extends KeyDescription {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A key that can't be used; the message says what to do. */
export class UnusableKey extends Error {
  override name = "UnusableKey";
}

/** As strong as curve 25519 (NIST SP 800-57). */
const RSA_BITS = 3072;
const LEGACY_CURVE = { type: "ecc", curve: "curve25519Legacy" } as const;

/**
 * Makes a key pair, on curve 25519 unless RSA is asked for.
 * @param settings version 4 is what GnuPG 2.2 can encrypt to; version 6 is RFC 9580 with AEAD. Without `expiresAt` it never expires
 * @param certifier armored private key that certifies the new one
 */
export async function createKeyPair(
  settings: { readonly name: string; readonly version: 4 | 6; readonly createdAt: Date; readonly expiresAt?: Date; readonly rsa?: boolean },
  certifier?: string,
): Promise<KeyPair> {
  const { version, createdAt, expiresAt, rsa = false } = settings;
  // Both clocks count whole seconds, and the certification may not be older than the key.
  const lifetime = expiresAt === undefined ? 0 : Math.ceil((expiresAt.getTime() - createdAt.getTime()) / 1000);
  const { privateKey } = await generateKey({
    ...(rsa ? { type: "rsa" as const, rsaBits: RSA_BITS } : version === 6 ? { type: "curve25519" as const } : LEGACY_CURVE),
    userIDs: [{ name: settings.name }],
    keyExpirationTime: lifetime,
    date: createdAt,
    format: "object",
    config: version === 6 ? { v6Keys: true, aeadProtect: true } : {},
  });
  const certified =
    certifier === undefined ? privateKey : await privateKey.signAllUsers([await readPrivateKey({ armoredKey: certifier })], createdAt);
  return { ...(await describe(certified)), privateKey: certified.armor(), publicKey: certified.toPublic().armor() };
}

/**
 * Reads one public key, armored.
 * @throws UnusableKey for anything but exactly one key, and for a private one
 */
export async function readPublicKey(armored: string): Promise<KeyDescription & { readonly publicKey: string }> {
  let keys: Key[];
  try {
    keys = await readKeys({ armoredKeys: armored });
  } catch {
    throw new UnusableKey("This is no armored OpenPGP key: export it with gpg --armor --export.");
  }
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw new UnusableKey("The file must hold exactly one key: export the sender's only.");
  if (key.isPrivate())
    throw new UnusableKey(
      "This is a private key, which must never leave its owner: ask for the public one (gpg --armor --export), and for a new pair.",
    );
  return { ...(await describe(key)), publicKey: key.armor() };
}

/** The public half of an armored private key, with all that certifies it. */
export async function publicHalfOf(armoredKey: string): Promise<string> {
  return (await readPrivateKey({ armoredKey })).toPublic().armor();
}

/** One armored block of several public keys. */
export async function joinPublicKeys(armored: readonly string[]): Promise<string> {
  const keys = await Promise.all(armored.map((armoredKey) => readKey({ armoredKey })));
  return armor(
    enums.armor.publicKey,
    Buffer.concat(keys.map((key) => key.write() as Uint8Array)) as Uint8Array<ArrayBuffer>,
  ) as unknown as string;
}

/** The keys of an armored block, one by one. */
export async function splitPublicKeys(armored: string): Promise<(KeyDescription & { readonly publicKey: string })[]> {
  const keys = await readKeys({ armoredKeys: armored });
  return Promise.all(keys.map(async (key) => ({ ...(await describe(key)), publicKey: key.armor() })));
}

async function describe(key: PublicKey | PrivateKey): Promise<KeyDescription> {
  const expiration = await key.getExpirationTime();
  return {
    fingerprint: key.getFingerprint(),
    userIds: key.getUserIDs().map(printableText),
    version: key.keyPacket.version,
    expiresAt: expiration instanceof Date ? expiration : null,
  };
}
