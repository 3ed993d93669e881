import {
  decrypt,
  type MaybeStream,
  type Message,
  type PrivateKey,
  type PublicKey,
  readKeys,
  readMessage,
  readPrivateKeys,
  type SessionKey,
} from "openpgp";
import type { RejectionCode } from "../domain/dataset-import.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";
import { findRecipients, type Recipients } from "./openpgp-recipients.ts";

/** Who may have sent a delivery, who may open it, and how much it may grow. Keys are armored texts. */
export interface OpeningOptions {
  readonly privateKeys: readonly string[];
  /** The keys that may have signed, once it is known who can open the file; undefined when none is trusted yet. */
  senderKeys(recipients: Recipients): Promise<string | undefined>;
  /** Bytes of plaintext beyond which a file counts as a decompression bomb. */
  readonly maximumBytes: number;
  readonly now: Date;
}

/** Proof of who sent a delivery. */
export interface Signature {
  readonly signerFingerprint: string;
  readonly signedAt: Date;
}

/** A delivery while it is read. */
export interface OpenedDelivery {
  /** The plaintext. Nothing that was read may take effect before `verify` has returned. */
  readonly plaintext: AsyncIterableIterator<Uint8Array>;
  /** Reads what is left of the plaintext, then tells who signed it. */
  verify(): Promise<Signature>;
}

/** Sender and platform clocks may differ by this much (milliseconds). */
const CLOCK_TOLERANCE = 10 * 60_000;
/** Packets that a message may begin with: session keys, signatures, data, marker and padding. */
const MESSAGE_PACKETS = new Set<number | undefined>([1, 2, 3, 4, 8, 9, 10, 11, 18, 20, 21]);
/** What comes before the data of a message, session keys above all, is small: the library holds it whole in memory (bytes). */
const LONGEST_START = 4 * 1024 * 1024;
const ARMOR = /^\uFEFF?\s*-----BEGIN PGP MESSAGE-----/;

/**
 * Opens a signed and encrypted OpenPGP file as a stream, binary or armored: RFC 4880 as GnuPG writes it, and RFC 9580 with AEAD.
 *
 * Unauthenticated data flows on purpose, since the file may be larger than memory; integrity and signature are known at the end only.
 * @param file its bytes; an error of this stream is thrown as it is, since the file is not to blame for it
 * @throws DeliveryRejected, here, while the plaintext is read, or by `verify`
 * @clause 4(1)1
 */
export async function openDelivery(file: AsyncIterable<Uint8Array>, options: OpeningOptions): Promise<OpenedDelivery> {
  const source = watchForErrors(file);
  const config = { allowUnauthenticatedStream: true, maxDecompressedMessageSize: options.maximumBytes };
  const message = await source.judge("not-openpgp", () => readFile(source.bytes));
  source.begun();
  const { sessionKeys, ...recipients } = await findRecipients(message, await readPrivateKeyList(options.privateKeys));
  const armoredKeys = await options.senderKeys(recipients);
  const senderKeys = armoredKeys === undefined ? [] : await readKeys({ armoredKeys });
  const date = new Date(options.now.getTime() + CLOCK_TOLERANCE);
  const opened = await source.judge("modified", () =>
    decrypt({ message, sessionKeys: sessionKeys as SessionKey[], verificationKeys: senderKeys, format: "binary", date, config }),
  );
  if (opened.signatures.length === 0) throw new DeliveryRejected("not-signed");
  const plaintext = readPlaintext(opened.data as MaybeStream<Uint8Array> as ReadableStream<Uint8Array>, source, options.maximumBytes);
  return {
    plaintext,
    async verify() {
      // An integrity fault, found while reading, says more than the signature that then can't be checked.
      while (!(await plaintext.next()).done);
      return verifySignatures(opened.signatures, senderKeys, date);
    },
  };
}

/** The packet that a first byte announces (RFC 9580 §4.2); undefined where it announces none. */
function packetTag(byte: number): number | undefined {
  if ((byte & 0x80) === 0) return undefined;
  return (byte & 0x40) === 0 ? (byte & 0x3c) >> 2 : byte & 0x3f;
}

async function readFile(bytes: AsyncGenerator<Uint8Array>): Promise<Message<MaybeStream<Uint8Array>>> {
  const { value: start } = await bytes.next();
  if (start === undefined) throw new DeliveryRejected("truncated");
  if (ARMOR.test(Buffer.from(start.subarray(0, 200)).toString("utf8"))) {
    return readMessage({ armoredMessage: toStream(start, bytes, (chunk) => Buffer.from(chunk).toString("latin1")) });
  }
  if (!MESSAGE_PACKETS.has(packetTag(start[0] ?? 0))) throw new DeliveryRejected("not-openpgp");
  return readMessage({ binaryMessage: toStream(start, bytes, (chunk) => chunk) });
}

/** By hand, since the runtime's own adapter may throw outside of any promise when its reader gives up. */
function toStream<Chunk>(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
  convert: (bytes: Uint8Array) => Chunk,
): ReadableStream<Chunk> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(convert(first)),
    async pull(controller) {
      const { done, value } = await rest.next();
      if (done) controller.close();
      else controller.enqueue(convert(value));
    },
    cancel: async () => void (await rest.return(undefined)),
  });
}

/** An iterator that keeps failing once it has failed, and that stays open when its reader stops early. */
function readPlaintext(data: ReadableStream<Uint8Array>, source: WatchedSource, maximumBytes: number): AsyncIterableIterator<Uint8Array> {
  const reader = data.getReader();
  let bytes = 0;
  let fault: { readonly error: unknown } | undefined;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (fault !== undefined) throw fault.error;
      try {
        const { done, value } = await source.judge("modified", () => reader.read());
        bytes += value?.length ?? 0;
        if (bytes > maximumBytes) throw new DeliveryRejected("decompression-limit");
        return done ? { done, value: undefined } : { done, value };
      } catch (error) {
        fault = { error };
        await reader.cancel().catch(() => undefined);
        throw error;
      }
    },
  };
}

type Signatures = Awaited<ReturnType<typeof decrypt>>["signatures"];

/** One valid signature of the owner unit is enough; without one, the last one's fault is told. */
async function verifySignatures(signatures: Signatures, senderKeys: readonly PublicKey[], date: Date): Promise<Signature> {
  let fault: RejectionCode = "unknown-signer";
  for (const { keyID, verified, signature } of signatures) {
    try {
      await verified;
      const key = senderKeys.find((candidate) => candidate.getKeys(keyID).length > 0) as PublicKey;
      // The library asks whether the key was good when the signature says that it was made, which is for the signer to say.
      await key.getSigningKey(keyID, date).catch(() => Promise.reject(new DeliveryRejected("unknown-signer")));
      const [packet] = (await signature).packets;
      return { signerFingerprint: key.getFingerprint(), signedAt: packet?.created as Date };
    } catch (error) {
      fault = error instanceof DeliveryRejected ? error.code : signatureFault(error);
    }
  }
  throw new DeliveryRejected(fault);
}

function signatureFault(error: unknown): RejectionCode {
  const text = error instanceof Error ? error.message : "";
  if (/Could not find signing key|is expired|is revoked|Key is newer/.test(text) && !/Signature is expired/.test(text))
    return "unknown-signer";
  return /creation time is in the future/.test(text) ? "signature-in-future" : "bad-signature";
}

/** The library has no error codes; tests hold these words against every release of it. */
function faultOf(error: unknown, otherwise: RejectionCode): RejectionCode {
  const text = error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}` : "";
  if (/Maximum decompressed (message )?size/.test(text)) return "decompression-limit";
  if (/Modification detected|Authentication tag mismatch|Message is not authenticated/.test(text)) return "modified";
  if (/[Uu]nexpected end|ended without|Misformed armored text|Premature/.test(text)) return "truncated";
  if (/No encrypted data found|No public key encrypted session key/.test(text)) return "not-encrypted-for-us";
  return otherwise;
}

interface WatchedSource {
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** The message's data has begun, which flow: its start was not too long. */
  begun(): void;
  /** Runs a step of the library and says what its failure means, unless reading the file itself failed. */
  judge<T>(otherwise: RejectionCode, step: () => Promise<T>): Promise<T>;
}

function watchForErrors(file: AsyncIterable<Uint8Array>): WatchedSource {
  let failure: { readonly error: unknown } | undefined;
  let startLength = 0;
  let hasBegun = false;
  return {
    bytes: (async function* () {
      try {
        for await (const chunk of file) {
          startLength += chunk.length;
          if (!hasBegun && startLength > LONGEST_START) throw new DeliveryRejected("not-openpgp");
          yield chunk;
        }
      } catch (error) {
        failure = { error };
        throw error;
      }
    })(),
    begun() {
      hasBegun = true;
    },
    async judge(otherwise, step) {
      try {
        return await step();
      } catch (error) {
        if (failure !== undefined) throw failure.error;
        throw error instanceof DeliveryRejected ? error : new DeliveryRejected(faultOf(error, otherwise));
      }
    },
  };
}

/** A key that can't be read, because its destruction was cut short, opens nothing any more, and must not keep the others from it. */
async function readPrivateKeyList(armored: readonly string[]): Promise<PrivateKey[]> {
  return (await Promise.all(armored.map((armoredKeys) => readPrivateKeys({ armoredKeys }).catch(() => [])))).flat();
}
