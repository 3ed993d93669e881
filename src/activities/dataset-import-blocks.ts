import { createHash } from "node:crypto";
import { type Manifest, parseManifestLine } from "../domain/dataset-import-manifest.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";

/** Whole records of a file. */
export interface Block {
  /** In memory of its own, so that it can be handed to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Number of its first line in the file, from 1. */
  readonly firstLine: number;
}

/** A plaintext cut into its header, blocks of records, and its manifest line. */
export interface BlockReader {
  readonly header: Buffer;
  readonly blocks: AsyncGenerator<Block>;
  /** After the last block: SHA-256 of everything before the manifest line, and the line itself where there is one. */
  finish(): { readonly sha256: string; readonly manifest: Manifest | undefined };
}

const BLOCK_BYTES = 128 * 1024;
/** No line is as long as this, nor any field between quotes: memory must not grow with the file. */
const LONGEST_RECORD = 1024 * 1024;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const MANIFEST_START = Buffer.from("#manifest");

/**
 * Cuts a plaintext into blocks. Line feeds, quotes and commas are never part of another character in UTF-8 or Big5, so bytes can be cut
 * before they are decoded; a line feed between quotes is no end of a record.
 * @throws DeliveryRejected `malformed-csv`, `manifest-malformed`, or `unknown-columns` for a file without a header
 */
export async function readBlocks(plaintext: AsyncIterable<Uint8Array>): Promise<BlockReader> {
  const chunks = plaintext[Symbol.asyncIterator]();
  const hash = createHash("sha256");
  let manifest: Manifest | undefined;
  let pending: Buffer = Buffer.alloc(0);
  let nextLine = 1;

  async function fill(atLeast: number): Promise<boolean> {
    const parts = [pending];
    let length = pending.length;
    while (length < atLeast) {
      const { done, value } = await chunks.next();
      if (done) break;
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      length += value.length;
    }
    pending = parts.length === 1 ? pending : Buffer.concat(parts, length);
    return length >= atLeast;
  }

  function take(length: number): Buffer {
    // A copy: the rest of `pending` stays here while the block goes to another thread.
    const taken = Buffer.from(new Uint8Array(pending.subarray(0, length)).buffer);
    pending = pending.subarray(length);
    hash.update(taken);
    nextLine += count(taken, LINE_FEED);
    return taken;
  }

  async function* blocks(): AsyncGenerator<Block> {
    let wanted = BLOCK_BYTES;
    for (;;) {
      const more = await fill(wanted);
      if (!more) takeManifest();
      // The last line may be the manifest, so it waits until more is there.
      const end = more ? pending.lastIndexOf(LINE_FEED, pending.length - 2) + 1 : pending.length;
      if (end === 0 && !more) return;
      const closed = end > 0 && count(pending.subarray(0, end), QUOTE) % 2 === 0;
      if (closed || !more) {
        const firstLine = nextLine;
        yield { bytes: take(end) as Uint8Array<ArrayBuffer>, firstLine };
        wanted = BLOCK_BYTES;
      } else {
        wanted = pending.length + BLOCK_BYTES;
        if (wanted > LONGEST_RECORD + BLOCK_BYTES) throw new DeliveryRejected("malformed-csv");
      }
      if (!more) return;
    }
  }

  function takeManifest(): void {
    const start = pending.lastIndexOf(LINE_FEED, pending.length - 2) + 1;
    if (!pending.subarray(start).subarray(0, MANIFEST_START.length).equals(MANIFEST_START)) return;
    manifest = parseManifestLine(pending.subarray(start).toString("latin1"));
    if (manifest === undefined) throw new DeliveryRejected("manifest-malformed");
    pending = pending.subarray(0, start);
  }

  await fill(BLOCK_BYTES);
  const headerEnd = pending.indexOf(LINE_FEED) + 1;
  if (headerEnd === 0) throw new DeliveryRejected("unknown-columns");
  return { header: take(headerEnd), blocks: blocks(), finish: () => ({ sha256: hash.digest("hex"), manifest }) };
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let place = bytes.indexOf(byte); place !== -1; place = bytes.indexOf(byte, place + 1)) found += 1;
  return found;
}
