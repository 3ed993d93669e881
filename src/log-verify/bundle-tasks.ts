import { BUNDLE_PARTS, type BundlePart, bundleWidth, formatBundlePath, parseBundlePath } from "../log-export/bundle-path.ts";
import { isDisposed, type Manifest } from "../log-export/manifest.ts";
import type { ZipEntry } from "../log-export/zip-file.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { BundleTask } from "./check-threads.ts";
import type { Finding } from "./finding.ts";
import type { ZipReader } from "./zip-head.ts";

/** What is to be checked bundle by bundle. */
export interface BundleRange {
  readonly size: number;
  readonly manifest: Manifest;
  /** Bundles whose leaf hashes are needed later. */
  readonly wanted: ReadonlySet<number>;
}

/**
 * Takes the bundles' files from the ZIP, in their order; what is missing, twice there or out of order is reported.
 * @returns a task for every bundle of the range, whatever is there of it
 */
export function* takeBundles(
  zip: ZipReader,
  { size, manifest, wanted }: BundleRange,
  report: (finding: Finding) => void,
): Generator<BundleTask> {
  for (let index = manifest.beginBundle; index < manifest.endBundle; index += 1) {
    const width = bundleWidth(size, index);
    const places: Partial<Record<BundlePart, ZipEntry>> = {};
    for (const part of BUNDLE_PARTS) {
      passStrangers(zip, size, { index, part }, report);
      const name = formatBundlePath({ part, index, width });
      if (zip.next?.name === name) places[part] = zip.pass();
      else reportMissing(name, part, index, width, manifest, report);
    }
    yield { index, width, places, wanted: wanted.has(index) };
  }
}

/** Passes files that come before the one wanted, or that no export has. */
function passStrangers(
  zip: ZipReader,
  size: number,
  wanted: { readonly index: number; readonly part: BundlePart },
  report: (finding: Finding) => void,
): void {
  for (; zip.next !== undefined; zip.pass()) {
    const { name } = zip.next;
    const file = parseBundlePath(name);
    const isLater = file !== undefined && orderOf(file) >= orderOf(wanted) && file.width === bundleWidth(size, file.index);
    if (isLater || !/^(tile|columns)\//.test(name)) return;
    report({
      kind: "zip-damaged",
      file: name,
      what: `${name} has no place here: it is there twice, out of order, or no file of this log.`,
    });
  }
}

function orderOf({ index, part }: { readonly index: number; readonly part: BundlePart }): number {
  return index * BUNDLE_PARTS.length + BUNDLE_PARTS.indexOf(part);
}

function reportMissing(
  file: string,
  part: BundlePart,
  bundle: number,
  width: number,
  { disposed }: Manifest,
  report: (finding: Finding) => void,
): void {
  const index = bundle * TILE_WIDTH;
  const told = `entries ${index} to ${index + width - 1}`;
  if (part === "tile") report({ kind: "tile-missing", index, file, what: `${file} isn't there: the leaf hashes of ${told}.` });
  else if (disposed.length > 0 && isDisposed(disposed, index, index + width)) return;
  else if (part === "entries") report({ kind: "entry-missing", index, file, what: `${file} isn't there: the bytes of ${told}.` });
  else report({ kind: "columns-differ", index, file, what: `${file} isn't there: the columns of ${told}.` });
}
