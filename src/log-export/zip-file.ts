import { fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/** One file of the ZIP, as its local header describes it. */
export interface ZipEntry {
  readonly name: string;
  /** Where its local header begins, and where its bytes do. */
  readonly at: number;
  readonly dataAt: number;
  readonly size: number;
  readonly crc: number;
}

/** The ZIP isn't whole: it is cut off, changed, or no ZIP that this program wrote. */
export class ZipDamaged extends Error {
  override name = "ZipDamaged";
}

const [LOCAL, CENTRAL, END_64, LOCATOR_64, END] = [0x04034b50, 0x02014b50, 0x06064b50, 0x07064b50, 0x06054b50] as const;
const [LOCAL_BYTES, CENTRAL_BYTES, EXTRA_BYTES, END_BYTES] = [30, 46, 12, 98] as const;
const [VERSION, UNIX, UTF8_NAMES, FIRST_OF_1980, OWNER_ONLY] = [45, 3, 0x0800, 0x0021, 0o100600] as const;
const [MOST_16, MOST_32] = [0xffff, 0xffffffff] as const;
const LONGEST_NAME = 100;
const NAME = /^[a-z0-9./-]+$/;
/** The longest file: a bundle of 256 of the longest entries. */
export const LONGEST_FILE = 256 * (2 + 0xffff);

/** A file's local header, which its bytes follow as they are. No compression: sealed parts are as good as random. */
export function localHeader(name: string, data: Uint8Array): Buffer {
  return Buffer.concat([signature(LOCAL), fixedPart(name, data.length, crc32(data)), Buffer.from(name)]);
}

/** What local header and central directory say in the same words: version needed, flags, method, time, date, CRC-32, sizes, lengths. */
function fixedPart(name: string, size: number, crc: number, extraBytes = 0): Buffer {
  const part = Buffer.alloc(26);
  part.writeUInt16LE(VERSION, 0);
  part.writeUInt16LE(UTF8_NAMES, 2);
  part.writeUInt16LE(FIRST_OF_1980, 8);
  part.writeUInt32LE(crc, 10);
  part.writeUInt32LE(size, 14);
  part.writeUInt32LE(size, 18);
  part.writeUInt16LE(Buffer.byteLength(name), 22);
  part.writeUInt16LE(extraBytes, 24);
  return part;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Reads exactly `length` bytes of an open file. @throws ZipDamaged when it ends before */
export function readAt(fd: number, at: number, length: number, into = Buffer.allocUnsafe(length)): Buffer {
  for (let have = 0; have < length; ) {
    const read = readSync(fd, into, have, length - have, at + have);
    if (read === 0) throw new ZipDamaged(`The ZIP is cut off: it ends at byte ${at + have}.`);
    have += read;
  }
  return into.subarray(0, length);
}

/**
 * The files of a ZIP that this program wrote, one after the other, by their local headers: nothing of it is kept, however many there are.
 * @param end where the files end; by default where the directory begins
 * @returns in the end, where that is
 * @throws ZipDamaged when the bytes aren't those that `localHeader` gives, or end too soon
 */
export function* walkZip(fd: number, end = Number.POSITIVE_INFINITY): Generator<ZipEntry, number> {
  const fileBytes = fstatSync(fd).size;
  for (let at = 0; ; ) {
    if (at === end) return at;
    const head = readAt(fd, at, LOCAL_BYTES);
    const mark = head.readUInt32LE(0);
    if (mark === CENTRAL || mark === END_64) return at;
    const [crc, size, nameBytes] = [head.readUInt32LE(14), head.readUInt32LE(18), head.readUInt16LE(26)];
    if (mark !== LOCAL || nameBytes > LONGEST_NAME || size > LONGEST_FILE)
      throw new ZipDamaged(`The ZIP is damaged at byte ${at}: no file of an export begins there.`);
    const name = readAt(fd, at + LOCAL_BYTES, nameBytes).toString("latin1");
    if (!NAME.test(name)) throw new ZipDamaged(`The ZIP is damaged at byte ${at}: no file of an export has such a name.`);
    if (!head.subarray(4).equals(fixedPart(name, size, crc)))
      throw new ZipDamaged(`The ZIP is damaged at byte ${at}: the header of ${name} is not as an export has it.`);
    const dataAt = at + LOCAL_BYTES + nameBytes;
    if (dataAt + size > fileBytes) throw new ZipDamaged(`The ZIP is cut off: it ends at byte ${fileBytes}, within ${name}.`);
    yield { name, at, dataAt, size, crc };
    at = dataAt + size;
  }
}

/** What ends the ZIP: a record for each of its files, and where the records are. */
export function* centralDirectory(files: Generator<ZipEntry, number>): Generator<Buffer> {
  let [count, bytes] = [0, 0];
  let step = files.next();
  for (; step.done !== true; step = files.next()) {
    const record = centralRecord(step.value);
    count += 1;
    bytes += record.length;
    yield record;
  }
  yield endRecords(count, bytes, step.value);
}

function centralRecord({ name, size, crc, at }: ZipEntry): Buffer {
  const extra = at < MOST_32 ? Buffer.alloc(0) : Buffer.alloc(EXTRA_BYTES);
  const record = Buffer.alloc(CENTRAL_BYTES);
  record.writeUInt32LE(CENTRAL, 0);
  record.writeUInt16LE((UNIX << 8) | VERSION, 4);
  record.set(fixedPart(name, size, crc, extra.length), 6);
  record.writeUInt32LE(OWNER_ONLY * 0x10000, 38);
  record.writeUInt32LE(Math.min(at, MOST_32), 42);
  if (extra.length > 0) {
    // ZIP64: the offset, where it doesn't fit into 32 bits.
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(at), 4);
  }
  return Buffer.concat([record, Buffer.from(name), extra]);
}

/** ZIP64's end record and its locator, always, and the plain end record. */
function endRecords(count: number, bytes: number, at: number): Buffer {
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE((UNIX << 8) | VERSION, 12);
  end.writeUInt16LE(VERSION, 14);
  for (const [place, value] of [count, count, bytes, at].entries()) end.writeBigUInt64LE(BigInt(value), 24 + 8 * place);
  end.writeUInt32LE(LOCATOR_64, 56);
  end.writeBigUInt64LE(BigInt(at + bytes), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(END, 76);
  end.writeUInt16LE(Math.min(count, MOST_16), 84);
  end.writeUInt16LE(Math.min(count, MOST_16), 86);
  end.writeUInt32LE(Math.min(bytes, MOST_32), 88);
  end.writeUInt32LE(Math.min(at, MOST_32), 92);
  return end;
}
