import { parentPort, workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import { BUNDLE_PARTS, formatBundlePath } from "../log-export/bundle-path.ts";
import type { DisposedRange } from "../log-export/manifest.ts";
import { readAt } from "../log-export/zip-file.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import { perfectRoot } from "../transparency/tree.ts";
import { checkBundle } from "./check-bundle.ts";
import type { BundleTask, ThreadResult } from "./check-threads.ts";
import type { Finding } from "./finding.ts";

/** A thread that reads bundles from the open ZIP and checks them, one task at a time. */
const { fd, disposed } = workerData as { readonly fd: number; readonly disposed: readonly DisposedRange[] };
/** Grows to the largest bundle that was seen, and is used again and again. */
let scratch = Buffer.alloc(0);

parentPort?.on("message", (tasks: readonly BundleTask[]) => parentPort?.postMessage(tasks.map(check)));

function check(task: BundleTask): ThreadResult {
  const bytes = BUNDLE_PARTS.reduce((sum, part) => sum + (task.places[part]?.size ?? 0), 0);
  if (scratch.length < bytes) scratch = Buffer.allocUnsafe(bytes);
  const damaged: Finding[] = [];
  let at = 0;
  const [tile, entries, columns] = BUNDLE_PARTS.map((part) => {
    const place = task.places[part];
    if (place === undefined) return undefined;
    const data = readAt(fd, place.dataAt, place.size, scratch.subarray(at, at + place.size));
    at += place.size;
    const file = formatBundlePath({ part, index: task.index, width: task.width });
    if (crc32(data) !== place.crc)
      damaged.push({ kind: "zip-damaged", file, what: `${file} is damaged: its bytes aren't those of its checksum.` });
    return data;
  });
  const { leaves, ...checked } = checkBundle({ index: task.index, width: task.width, tile, entries, columns }, disposed);
  const agrees = checked.tile?.equals(leaves) === true;
  const isFull = task.width === TILE_WIDTH;
  return {
    ...checked,
    findings: [...damaged, ...checked.findings],
    root: isFull ? new Uint8Array(perfectRoot(leaves)) : undefined,
    tileRoot: isFull && !agrees && checked.tile !== undefined ? new Uint8Array(perfectRoot(checked.tile)) : undefined,
    agrees,
    // Of nearly all bundles the roots are enough.
    leaves: task.wanted || !agrees ? leaves : undefined,
    tile: task.wanted || !agrees ? checked.tile && new Uint8Array(checked.tile) : undefined,
  };
}
