import { z } from "zod";

/** The name of the manifest in the ZIP, and its version: what an older verify-log doesn't know it refuses. */
export const MANIFEST_FILE = "export.json";
export const CHECKPOINT_FILE = "checkpoint";
/** What stands before the numbers of other signed notes. */
export const NOTES = "checkpoints/";
const FORMAT = "query-log-export/1";

const count = z.int().nonnegative();
const month = z.string().regex(/^\d{4}-\d{2}$/);

/** Places whose entries have been disposed of, from `begin` up to and without `end`; their hashes are still in the tiles. */
const disposedRange = z.strictObject({
  begin: count,
  end: count,
  month,
  /** Why, by whom and when: the certificate's text, for people to read. */
  certificate: z.string().min(1).max(20_000),
});

const manifestForm = z.strictObject({
  format: z.literal(FORMAT),
  exportedAt: z.iso.datetime(),
  /** The months asked for; null: the whole log. */
  months: z.strictObject({ from: month, until: month }).nullable(),
  /** The bundles that are here: from `beginBundle` up to and without `endBundle`. */
  beginBundle: count,
  endBundle: count,
  /** Names of the keys that signed the checkpoints here. For information: who verifies knows the keys from elsewhere. */
  keys: z.array(z.string()),
  disposed: z.array(disposedRange),
});

export type DisposedRange = Readonly<z.infer<typeof disposedRange>>;
export type Manifest = Readonly<z.infer<typeof manifestForm>>;

/** Rows that the log has no place for: theirs is taken by another row, or lies outside the log. */
const surplusForm = z.strictObject({
  rows: count,
  /** The first of them: place, and columns as a line of a columns file. */
  shown: z.array(z.strictObject({ index: z.int(), columns: z.string() })),
});

export const SURPLUS_FILE = "surplus.json";
export type Surplus = z.infer<typeof surplusForm>;

/** The manifest's bytes: JSON. */
export function formatManifest(manifest: Omit<Manifest, "format">): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`);
}

/** @returns undefined for what is no manifest of this format */
export function parseManifest(bytes: Buffer): Manifest | undefined {
  return parse(manifestForm, bytes);
}

/** @returns undefined for what isn't in the form of `surplus.json` */
export function parseSurplus(bytes: Buffer): Surplus | undefined {
  return parse(surplusForm, bytes);
}

function parse<Form extends z.ZodType>(form: Form, bytes: Buffer): z.infer<Form> | undefined {
  try {
    return form.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}

/** Whether all entries from `begin` up to `end` have been disposed of. Ranges may touch and overlap. */
export function isDisposed(disposed: readonly DisposedRange[], begin: number, end = begin + 1): boolean {
  let at = begin;
  for (let reached = true; at < end && reached; ) {
    const range = disposed.find((known) => known.begin <= at && at < known.end);
    reached = range !== undefined;
    at = range?.end ?? at;
  }
  return at >= end;
}
