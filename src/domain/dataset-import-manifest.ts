import { parseDate } from "./roc-date.ts";

/** What the sender says the file holds. */
export interface Manifest {
  readonly dataset: string;
  /** ISO 8601. */
  readonly asOf: string;
  readonly rows: number;
  /** SHA-256 of the data before the manifest line, or of the whole data when the manifest lies beside; hexadecimal. */
  readonly sha256: string;
}

const MANIFEST_LINE = /^#manifest dataset=([a-z0-9-]{1,40}) as_of=(\d{4}-\d{2}-\d{2}) rows=(\d{1,12}) sha256=([0-9A-Fa-f]{64})$/;

/** Reads a manifest line: `#manifest dataset=household as_of=2026-11-01 rows=20000 sha256=…`. */
export function parseManifestLine(line: string): Manifest | undefined {
  const [, dataset, asOf, rows, sha256] = MANIFEST_LINE.exec(line.trim()) ?? [];
  if (dataset === undefined || asOf === undefined || parseDate(asOf) === undefined || rows === undefined || sha256 === undefined)
    return undefined;
  return { dataset, asOf, rows: Number(rows), sha256: sha256.toLowerCase() };
}

/** Reads a manifest that lies beside its file, as JSON with the fields of `Manifest`. */
export function parseManifest(json: string): Manifest | undefined {
  try {
    return parseManifestLine(manifestLine(JSON.parse(json)));
  } catch {
    return undefined;
  }
}

/** Writes a manifest line. */
export function manifestLine({ dataset, asOf, rows, sha256 }: Manifest): string {
  return `#manifest dataset=${dataset} as_of=${asOf} rows=${rows} sha256=${sha256}`;
}
