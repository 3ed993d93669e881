import { type KeyObject, sign, verify } from "node:crypto";
import { verifyCosignature } from "./cosignature.ts";
import { formatNote, type NoteSignature, parseNote } from "./note.ts";
import { ALGORITHM, ed25519Key, type VerifierKey, verifierKeyOf } from "./verifier-key.ts";

/** A name and the private key that signs in it. */
export interface Signer {
  readonly name: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

/** A note that a known key has signed. */
export interface VerifiedNote {
  readonly text: string;
  /** The known keys that have signed it, and their signatures: one at least; each key once, with the last. */
  readonly verified: readonly { readonly key: VerifierKey; readonly signature: NoteSignature }[];
}

/** A note is in form, but not to be believed: `unknown-signers` has no signature of a known key, `bad-signature` one that a known key hasn't made. */
export class UnverifiedNote extends Error {
  override name = "UnverifiedNote";
  readonly code: "unknown-signers" | "bad-signature";

  constructor(code: UnverifiedNote["code"], what: string) {
    super(what);
    this.code = code;
  }
}

const VERIFY: Readonly<Record<number, (text: string, signature: Buffer, publicKey: Buffer) => boolean>> = {
  [ALGORITHM.ed25519]: (text, signature, publicKey) => verify(null, Buffer.from(text), ed25519Key(publicKey), signature),
  [ALGORITHM.cosignature]: verifyCosignature,
};

/** Signs a note's text with plain Ed25519, as a log signs its checkpoints. */
export function signText(text: string, { name, privateKey }: Signer): NoteSignature {
  const { keyId } = verifierKeyOf(name, ALGORITHM.ed25519, privateKey);
  return { name, keyId, signature: sign(null, Buffer.from(text), privateKey) };
}

/**
 * @param text ends with a newline
 * @throws Malformed when no note can hold the text
 */
export function signNote(text: string, signers: readonly Signer[]): string {
  return formatNote({ text, signatures: signers.map((signer) => signText(text, signer)) });
}

/**
 * The text of a note, once a known key has signed it. Signatures of unknown keys, and of keys whose algorithm isn't known here, are skipped.
 * @throws Malformed when it is no note
 * @throws UnverifiedNote when no known key has signed it, or a signature in a known key's name is wrong
 * @clause 4(1)5
 */
export function openNote(signedNote: string | Uint8Array, keys: readonly VerifierKey[]): VerifiedNote {
  const { text, signatures } = parseNote(signedNote);
  const verified = new Map<VerifierKey, NoteSignature>();
  for (const signature of signatures) {
    const key = keys.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    const verifies = key && VERIFY[key.algorithm];
    if (key === undefined || verifies === undefined) continue;
    if (!verifies(text, signature.signature, key.publicKey)) {
      throw new UnverifiedNote("bad-signature", `The signature in the name of ${key.name}+${key.keyId} isn't of that key.`);
    }
    verified.set(key, signature);
  }
  if (verified.size === 0) throw new UnverifiedNote("unknown-signers", "None of the keys that signed the note is known.");
  return { text, verified: [...verified].map(([key, signature]) => ({ key, signature })) };
}
