import { type Checkpoint, openCheckpoint } from "../transparency/checkpoint.ts";
import { cosignatureTime } from "../transparency/cosignature.ts";
import { UnverifiedNote } from "../transparency/note-signature.ts";
import { ALGORITHM, type VerifierKey } from "../transparency/verifier-key.ts";
import type { Finding } from "./finding.ts";

/** Whom the person who verifies believes. */
export interface KnownKeys {
  readonly log: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
}

/** A checkpoint that somebody known has signed. */
export interface KnownCheckpoint extends Checkpoint {
  /** Where it was: the file's name, here or in the ZIP. */
  readonly from: string;
  /** Names of the known keys that signed it; a witness' with its time. */
  readonly signers: readonly string[];
  readonly keys: readonly VerifierKey[];
}

/** A signed note and where it came from. */
export interface FoundNote {
  readonly from: string;
  readonly note: string | Buffer;
}

/**
 * Opens a checkpoint.
 * @param origin of the log; undefined: any that a known key of the log is named after
 * @returns the checkpoint, a finding, or undefined when nobody known has signed it
 */
export function openKnown(
  { from, note }: FoundNote,
  { log, witnesses }: KnownKeys,
  origin?: string,
): KnownCheckpoint | Finding | undefined {
  try {
    const { checkpoint, verified } = openCheckpoint(note, [...log, ...witnesses]);
    if (origin === undefined ? !log.some(({ name }) => name === checkpoint.origin) : checkpoint.origin !== origin)
      return { kind: "signature", file: from, what: `${from} is a checkpoint of another log, ${checkpoint.origin}.` };
    const signers = verified.map(({ key, signature }) =>
      key.algorithm === ALGORITHM.cosignature
        ? `${key.name} (${new Date(cosignatureTime(signature.signature) * 1000).toISOString()})`
        : key.name,
    );
    return { ...checkpoint, from, signers, keys: verified.map(({ key }) => key) };
  } catch (error) {
    if (error instanceof UnverifiedNote && error.code === "unknown-signers") return undefined;
    return {
      kind: "signature",
      file: from,
      what: `${from} isn't to be believed: ${error instanceof Error ? error.message : "it can't be read."}`,
    };
  }
}

/** What known checkpoints are there, and what is wrong with those that aren't. */
export interface CheckedNotes {
  readonly known: readonly KnownCheckpoint[];
  readonly findings: readonly Finding[];
  /** Notes of the ZIP that no known key has signed: they say nothing. */
  readonly unknown: number;
}

/**
 * Opens the checkpoints beside the bounding one: those in the ZIP, and those that were kept elsewhere, which must be of known keys.
 * @clause 4(1)5
 */
export function checkNotes(
  inZip: readonly FoundNote[],
  kept: readonly FoundNote[],
  keys: KnownKeys,
  bounding: KnownCheckpoint,
): CheckedNotes {
  const known: KnownCheckpoint[] = [bounding];
  const findings: Finding[] = [];
  let unknown = 0;
  for (const [notes, mustBeKnown] of [
    [inZip, false],
    [kept, true],
  ] as const) {
    for (const found of notes) {
      const opened = openKnown(found, keys, bounding.origin);
      if (opened === undefined && mustBeKnown)
        findings.push({ kind: "signature", file: found.from, what: `${found.from} is signed by no key that was given.` });
      else if (opened === undefined) unknown += 1;
      else if ("what" in opened) findings.push(opened);
      else known.push(opened);
    }
  }
  for (const witness of keys.witnesses) {
    if (!known.some((checkpoint) => checkpoint.keys.includes(witness)))
      findings.push({ kind: "not-cosigned", what: `No checkpoint here is cosigned by ${witness.name}.` });
  }
  return { known, findings, unknown };
}
