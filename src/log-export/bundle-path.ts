import { formatTilePath, parseTilePath } from "../transparency/tile-path.ts";
import { TILE_WIDTH, tileWidth } from "../transparency/tile-place.ts";

/** The three files about 256 neighbouring entries: their leaf hashes, their bytes, their columns. */
export type BundlePart = "tile" | "entries" | "columns";
export const BUNDLE_PARTS = ["tile", "entries", "columns"] as const;

const COLUMNS = "columns/";
const ENTRIES = "tile/entries/";

/** Which part of which bundle a file is. */
export interface BundleFile {
  readonly part: BundlePart;
  readonly index: number;
  readonly width: number;
}

/** `tile/0/000`, `tile/entries/000` (C2SP tlog-tiles) and `columns/000`, with `.p/<width>` when there are fewer than 256. */
export function formatBundlePath({ part, index, width }: BundleFile): string {
  if (part === "tile") return formatTilePath({ level: 0, index, width });
  const path = formatTilePath({ level: "entries", index, width });
  return part === "entries" ? path : path.replace(ENTRIES, COLUMNS);
}

/** @returns undefined for a path of something else */
export function parseBundlePath(path: string): BundleFile | undefined {
  const place = parseTilePath(path.startsWith(COLUMNS) ? path.replace(COLUMNS, ENTRIES) : path);
  if (place === undefined || (place.level !== 0 && place.level !== "entries")) return undefined;
  const part = place.level === 0 ? "tile" : path.startsWith(COLUMNS) ? "columns" : "entries";
  return { part, index: place.index, width: place.width };
}

/** How many entries a bundle holds in a log of `size`. */
export function bundleWidth(size: number, index: number): number {
  return tileWidth(size, 0, index);
}

/** How many bundles a log of `size` has. */
export function bundlesOf(size: number): number {
  return Math.ceil(size / TILE_WIDTH);
}
