import { hash } from "node:crypto";
import { entryIdOfColumns } from "../log-export/columns.ts";
import { type DisposedRange, isDisposed } from "../log-export/manifest.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import { HASH_BYTES } from "../transparency/tree.ts";
import { type CheckedEntry, checkEntry, nameOf } from "./check-entry.ts";
import { type Finding, OUT_OF_ORDER } from "./finding.ts";

/** The files about up to 256 neighbouring entries; undefined: not there. */
export interface BundleFiles {
  readonly index: number;
  /** How many entries it has to hold. */
  readonly width: number;
  readonly tile: Buffer | undefined;
  readonly entries: Buffer | undefined;
  readonly columns: Buffer | undefined;
}

/** A place where the entry's hash isn't the tile's. */
export interface Mismatch extends Pick<Finding, "entryId" | "month"> {
  readonly index: number;
  /** Hexadecimal; undefined when there is no entry. */
  readonly entryHash: string | undefined;
  /** Hexadecimal; empty when there is no tile. */
  readonly tileHash: string;
}

export interface CheckedBundle {
  readonly index: number;
  /** Leaf hashes of the entries; of those disposed of, the tile's. */
  readonly leaves: Buffer;
  /** Undefined when it is missing or has another length than it should have. */
  readonly tile: Buffer | undefined;
  readonly mismatches: readonly Mismatch[];
  readonly findings: readonly Finding[];
  readonly entries: number;
  readonly disposed: number;
  /** The entry asked first, and the latest time asked (epoch milliseconds). */
  readonly earliest: (CheckedEntry & { readonly index: number }) | undefined;
  readonly latest: number;
  /** The first entry that stands after one of much later a time in this bundle. */
  readonly straggler: CheckedBundle["earliest"];
  /** When each was asked, NaN where there is none; only beside or around places that were disposed of. */
  readonly times: Float64Array | undefined;
}

const LENGTH_BYTES = 2;
const NEWLINE = 10;

/**
 * Hashes every entry of a bundle anew and compares it with its tile, checks each by itself, and its columns.
 * The bundle's bytes are used up: the byte before an entry becomes the 0x00 that its leaf hash begins with, so that nothing is copied.
 * @clause 4(1)5
 */
export function checkBundle(files: BundleFiles, disposed: readonly DisposedRange[]): CheckedBundle {
  const { index: bundle, width, entries = Buffer.alloc(0), columns } = files;
  const findings: Finding[] = [];
  const report = (finding: Finding) => void findings.push(finding);
  const tile = files.tile?.length === width * HASH_BYTES ? files.tile : undefined;
  const hashes = tile?.toString("hex") ?? "";
  const leaves = Buffer.alloc(width * HASH_BYTES, tile);
  const mismatches: Mismatch[] = [];
  const lines = columns && readLines(columns);
  let [at, whole, present, gone, latest] = [0, 0, 0, 0, Number.NEGATIVE_INFINITY];
  let earliest: CheckedBundle["earliest"];
  let straggler: CheckedBundle["earliest"];
  const first = bundle * TILE_WIDTH;
  const isBeside = disposed.some(({ begin, end }) => [begin, end].some((edge) => edge >= first && edge <= first + width));
  const times = isBeside ? new Float64Array(width).fill(Number.NaN) : undefined;

  for (let place = 0; place < width; place += 1) {
    const index = bundle * TILE_WIDTH + place;
    const length = at + LENGTH_BYTES <= entries.length ? entries.readUInt16BE(at) : 0;
    const [begin, end] = [at + LENGTH_BYTES, at + LENGTH_BYTES + length];
    at = Math.min(end, entries.length);
    if (end <= entries.length) whole += 1;
    const isGone = disposed.length > 0 && isDisposed(disposed, index);
    const tileHash = () => hashes.slice(2 * HASH_BYTES * place, 2 * HASH_BYTES * (place + 1));
    if (length === 0 || end > entries.length) {
      const name = nameOf(entryIdOfColumns(lines?.text()));
      lines?.next();
      if (length === 0 && isGone) gone += 1;
      else {
        leaves.fill(0, place * HASH_BYTES, (place + 1) * HASH_BYTES);
        if (files.entries !== undefined) mismatches.push({ index, ...name, entryHash: undefined, tileHash: tileHash() });
      }
      continue;
    }
    entries[begin - 1] = 0;
    const leafHash = hash("sha256", entries.subarray(begin - 1, end), "hex");
    present += 1;
    const { entryId, askedAt } = checkEntry({ text: entries.toString("latin1", begin, end), index, leafHash }, lines, report);
    lines?.next();
    if (!hashes.startsWith(leafHash, 2 * HASH_BYTES * place)) {
      leaves.write(leafHash, place * HASH_BYTES, "hex");
      if (tile !== undefined) mismatches.push({ index, ...nameOf(entryId), entryHash: leafHash, tileHash: tileHash() });
    }
    if (isGone)
      report({ kind: "disposal", index, ...nameOf(entryId), what: `Entry ${index} is said to have been disposed of, and is there.` });
    if (times !== undefined) times[place] = isGone ? Number.NaN : askedAt;
    if (askedAt < latest - OUT_OF_ORDER) straggler ??= { index, entryId, askedAt };
    if (askedAt > latest) latest = askedAt;
    if (askedAt < (earliest?.askedAt ?? Number.POSITIVE_INFINITY)) earliest = { index, entryId, askedAt };
  }
  findings.push(...shapeFindings(files, whole, entries.length - at, lines?.isAtEnd() !== false));
  return { index: bundle, leaves, tile, mismatches, findings, entries: present, disposed: gone, earliest, latest, straggler, times };
}

/** The lines of a columns file, one after the other, without cutting the text up while all is well. */
function readLines(columns: Buffer) {
  const text = columns.toString("latin1");
  let begin = 0;
  let end: number | undefined;
  const endOfLine = () => {
    end ??= text.indexOf("\n", begin);
    return end < 0 ? text.length : end;
  };
  return {
    is(wanted: string): boolean {
      const same = text.startsWith(wanted, begin) && text.charCodeAt(begin + wanted.length) === NEWLINE;
      if (same) end = begin + wanted.length;
      return same;
    },
    text: () => text.slice(begin, endOfLine()),
    next() {
      begin = endOfLine() + 1;
      end = undefined;
    },
    /** Whether every line has been read, and none was missing. */
    isAtEnd: () => begin === text.length,
  };
}

/**
 * What is wrong with the files as such.
 * @param whole entries that could be read, those of no bytes included
 * @param rest bytes after the last of them
 */
function shapeFindings({ index, width, tile, entries }: BundleFiles, whole: number, rest: number, linesFit: boolean): Finding[] {
  const findings: Finding[] = [];
  const begin = index * TILE_WIDTH;
  const told = `The bundle of entries ${begin} to ${begin + width - 1}`;
  if (entries !== undefined && whole < width)
    findings.push({ kind: "bundle-malformed", index: begin + whole, what: `${told} ends after ${whole} of ${width} entries.` });
  if (rest > 0)
    findings.push({ kind: "bundle-malformed", index: begin, what: `${told} goes on after ${width} entries, for ${rest} bytes.` });
  if (!linesFit)
    findings.push({ kind: "bundle-malformed", index: begin, what: `${told} has columns of more or fewer than ${width} entries.` });
  if (tile !== undefined && tile.length !== width * HASH_BYTES)
    findings.push({
      kind: "tile-changed",
      index: begin,
      what: `${told} has a tile of ${tile.length} bytes, not of ${width * HASH_BYTES}.`,
    });
  return findings;
}
