import type { Manifest } from "../log-export/manifest.ts";
import { TILE_WIDTH } from "../transparency/tile-place.ts";
import type { CheckedNotes, KnownCheckpoint } from "./check-notes.ts";
import type { Finding, FindingKind, Findings } from "./finding.ts";

/** What a verification comes to. */
export interface Report {
  readonly ok: boolean;
  /** One sentence. */
  readonly sentence: string;
  /** The first of each kind; `counts` has them all. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  /** What isn't wrong but should be known. */
  readonly remarks: readonly string[];
  readonly origin?: string;
  readonly size?: number;
  /** The signed root, base64. */
  readonly root?: string;
  readonly entries?: number;
  readonly disposed?: number;
  readonly exportedAt?: string;
  readonly checkpoints?: readonly { readonly size: number; readonly from: string; readonly signers: readonly string[] }[];
}

/** What was looked at; without `log` it ended before the entries. */
interface Verified {
  readonly findings: Findings;
  readonly bounding?: KnownCheckpoint;
  readonly manifest?: Manifest;
  readonly notes?: CheckedNotes;
  readonly log?: { readonly entries: number; readonly disposed: number };
}

/** Puts the report together. */
export function reportOf({ findings, bounding, manifest, notes, log }: Verified): Report {
  const base = { ok: findings.total === 0, findings: findings.shown, counts: findings.counts };
  if (bounding === undefined || manifest === undefined || notes === undefined || log === undefined)
    return { ...base, sentence: wrong(findings), remarks: [] };
  const { origin, size, root } = bounding;
  const { entries, disposed } = log;
  const certificates = manifest.disposed.map(
    ({ begin, end, month, certificate }) => `Entries ${begin} to ${end - 1} of ${month} were disposed of: ${certificate}`,
  );
  const places = `places ${manifest.beginBundle * TILE_WIDTH} to ${Math.min(manifest.endBundle * TILE_WIDTH, size) - 1}`;
  const part =
    manifest.months === null ? "" : ` around ${manifest.months.from} to ${manifest.months.until}, ${entries === 0 ? "none" : places},`;
  const gone = disposed === 0 ? "" : `, and ${disposed} more were disposed of under certificates`;
  const good = `All is well: ${entries} entries${part} are those that ${origin} signed as a log of ${size}${gone}.`;
  return {
    ...base,
    sentence: findings.total === 0 ? good : wrong(findings),
    remarks: [...certificates, ...remarksOf(notes, bounding)],
    origin,
    size,
    root: root.toString("base64"),
    entries,
    disposed,
    exportedAt: manifest.exportedAt,
    checkpoints: notes.known.map((known) => ({ size: known.size, from: known.from, signers: known.signers })),
  };
}

function remarksOf({ known, unknown }: CheckedNotes, bounding: KnownCheckpoint): string[] {
  const remarks: string[] = [];
  if (unknown > 0) remarks.push(`${unknown} checkpoints in the ZIP are signed by keys that were not given: they prove nothing here.`);
  if (known.every((checkpoint) => checkpoint === bounding || checkpoint.from.startsWith("checkpoints/")) && !hasWitness(known, bounding))
    remarks.push(
      "Neither a witness nor a checkpoint kept elsewhere was given: that the log was always this one rests on its own key alone.",
    );
  return remarks;
}

/** Whether somebody else than the log's own key has signed a checkpoint. */
function hasWitness(known: readonly KnownCheckpoint[], { origin }: KnownCheckpoint): boolean {
  return known.some(({ keys }) => keys.some(({ name }) => name !== origin));
}

function wrong(findings: Findings): string {
  const first = findings.shown[0]?.what ?? "";
  return findings.total === 1 ? `One thing is wrong: ${first}` : `${findings.total} things are wrong, the first: ${first}`;
}
