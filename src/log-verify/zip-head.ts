import { crc32 } from "node:zlib";
import { CHECKPOINT_FILE, MANIFEST_FILE, NOTES } from "../log-export/manifest.ts";
import { readAt, type ZipEntry } from "../log-export/zip-file.ts";
import { parseTilePath } from "../transparency/tile-path.ts";
import { tileWidth } from "../transparency/tile-place.ts";
import { HASH_BYTES } from "../transparency/tree.ts";
import type { FoundNote } from "./check-notes.ts";
import type { Finding } from "./finding.ts";
import { TreeLevels } from "./tree-levels.ts";

/** The files of an open ZIP, with one of them in hand. */
export interface ZipReader {
  /** The file that comes next; undefined when there is none. */
  readonly next: ZipEntry | undefined;
  /** Where the files end and the directory begins, once they are passed. */
  readonly end: number;
  /** The bytes of the next file, which is thereby passed. */
  take(): Buffer;
  /** Passes the next file without reading it. */
  pass(): ZipEntry;
}

/** @throws ZipDamaged when the next file's header is damaged; at once, for the first one */
export function readZip(fd: number, files: Iterator<ZipEntry, number>, report: (finding: Finding) => void): ZipReader {
  let step = files.next();
  const pass = () => {
    const entry = step.value as ZipEntry;
    step = files.next();
    return entry;
  };
  return {
    get next() {
      return step.done === true ? undefined : step.value;
    },
    get end() {
      return step.done === true ? step.value : Number.NaN;
    },
    pass,
    take() {
      const { name, dataAt, size, crc } = pass();
      const data = readAt(fd, dataAt, size);
      if (crc32(data) !== crc)
        report({ kind: "zip-damaged", file: name, what: `${name} is damaged: its bytes aren't those of its checksum.` });
      return data;
    },
  };
}

/** Takes the checkpoint and the manifest, with which every export begins. */
export function takeBeginning(zip: ZipReader): { checkpoint: FoundNote; manifest: Buffer } | undefined {
  if (nameOf(zip) !== CHECKPOINT_FILE) return undefined;
  const checkpoint = { from: `${CHECKPOINT_FILE} in the ZIP`, note: zip.take() };
  return nameOf(zip) === MANIFEST_FILE ? { checkpoint, manifest: zip.take() } : undefined;
}

function nameOf(zip: ZipReader): string {
  return zip.next?.name ?? "";
}

/** Takes the other signed notes. */
export function takeNotes(zip: ZipReader): FoundNote[] {
  const notes: FoundNote[] = [];
  while (zip.next?.name.startsWith(NOTES) === true) notes.push({ from: zip.next.name, note: zip.take() });
  return notes;
}

/** The tiles above the leaves, and which of them the export has. */
export interface FoundTiles {
  readonly levels: TreeLevels;
  has(level: number, index: number): boolean;
}

/** Takes the tiles above the leaves; those of another place or length than the tree asks for are as good as missing. */
export function takeUpperTiles(zip: ZipReader, size: number, report: (finding: Finding) => void): FoundTiles {
  const levels = new TreeLevels(size);
  const found = levels.hashes.map((hashes) => new Uint8Array(Math.ceil(hashes.length / HASH_BYTES / 256)));
  for (;;) {
    const name = zip.next?.name ?? "";
    const place = parseTilePath(name);
    if (place === undefined || place.level === "entries" || place.level === 0) break;
    const { level, index, width } = place;
    const tile = zip.take();
    const presence = found[level];
    if (width !== tileWidth(size, level, index) || tile.length !== width * HASH_BYTES || presence === undefined || presence[index] === 1)
      report({ kind: "tile-changed", file: name, what: `${name} isn't a tile that this tree has, or is there twice.` });
    else {
      levels.tile(level, index).set(tile);
      presence[index] = 1;
    }
  }
  return { levels, has: (level, index) => found[level]?.[index] === 1 };
}
