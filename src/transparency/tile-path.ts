import { TILE_WIDTH } from "./tile-place.ts";
import { isCount } from "./tree.ts";

/** What a path names: a tile of hashes, or a bundle of entries, 1 to 256 wide. */
export interface TilePath {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/;
const HIGHEST_LEVEL = 63;

/** `tile/0/x001/x234/067` or `tile/entries/000.p/12`, as C2SP tlog-tiles names its resources, without a slash before it. */
export function formatTilePath({ level, index, width }: TilePath): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) as RegExpMatchArray;
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${place}${width < TILE_WIDTH ? `.p/${width}` : ""}`;
}

/** @returns undefined when the path isn't exactly one that `formatTilePath` gives */
export function parseTilePath(path: string): TilePath | undefined {
  const [, level, groups, partial] = PATH.exec(path) ?? [];
  if (level === undefined || groups === undefined) return undefined;
  const parsed: TilePath = {
    level: level === "entries" ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, "")),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  const exists = isCount(parsed.index) && parsed.width > 0 && !(Number(parsed.level) > HIGHEST_LEVEL);
  return exists && formatTilePath(parsed) === path ? parsed : undefined;
}
