import type { Manifest } from "./dataset-import-manifest.ts";
import type { BadRow } from "./dataset-import-row.ts";
import { daysBetween, taipeiDate } from "./roc-date.ts";

/** Which key of the ring a generation was hashed under, and what tells that key from another of the same number. */
export interface IndexKeyName {
  readonly id: string;
  readonly check: string;
}

/** Why a whole delivery is refused. */
export type RejectionCode =
  | "not-in-office"
  | "not-openpgp"
  | "not-encrypted-for-us"
  | "not-signed"
  | "unknown-signer"
  | "bad-signature"
  | "modified"
  | "truncated"
  | "decompression-limit"
  | "unknown-dataset"
  | "unknown-columns"
  | "unreadable"
  | "malformed-csv"
  | "manifest-missing"
  | "manifest-malformed"
  | "manifest-not-bound"
  | "wrong-dataset"
  | "wrong-row-count"
  | "wrong-hash"
  | "duplicate-id"
  | "too-many-bad-rows"
  | "empty-dataset"
  | "as-of-older-than-current"
  | "as-of-in-future"
  | "signature-not-newer"
  | "signature-in-future"
  | "outside-approved-period"
  | "already-imported";

/** Why a delivery was refused, for the officer: codes and line numbers, never data. */
export interface Rejection {
  readonly code: RejectionCode;
  /** The first of the lines that are to blame. */
  readonly lines: readonly BadRow[];
}

/** What was found in a delivery, and what the dataset holds now. Times are epoch milliseconds, dates ISO 8601. */
export interface Delivery {
  readonly manifest: Manifest;
  /** Whether more than an unsigned manifest says which dataset it is: the manifest inside, its delivery key, or the person who delivered it. */
  readonly isBound: boolean;
  readonly datasetCode: string;
  readonly rowsRead: number;
  readonly sha256: string;
  readonly badRows: number;
  readonly badRowsAllowed: number;
  readonly duplicates: number;
  readonly signedAt: number;
  readonly currentAsOf: string | null;
  readonly currentSignedAt: number | null;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
  readonly today: string;
  readonly now: number;
}

/** Clocks of sender and platform may differ by this much (milliseconds). */
const CLOCK_TOLERANCE = 10 * 60_000;

/**
 * Judges a delivery whose signature has been verified; it is accepted whole or rejected whole.
 *
 * The signature's time as well as the as-of date must be newer than the current generation's: a manifest beside the file is not signed, so an
 * old file could be played again under a new date. For the same reason it may not alone say for which of its signer's datasets the file is, and no
 * file is as of a day after it was signed: nobody could know then what it says.
 * @returns reasons to reject; none means accepted
 * @clause 4(1)1
 * @clause 4(1)2
 */
export function judgeDelivery(delivery: Delivery): RejectionCode[] {
  const { manifest, today } = delivery;
  const reasons: (RejectionCode | false)[] = [
    manifest.dataset !== delivery.datasetCode && "wrong-dataset",
    manifest.rows !== delivery.rowsRead && "wrong-row-count",
    manifest.sha256 !== delivery.sha256 && "wrong-hash",
    delivery.badRows > delivery.badRowsAllowed && "too-many-bad-rows",
    delivery.rowsRead - delivery.badRows <= 0 && "empty-dataset",
    delivery.duplicates > 0 && "duplicate-id",
    (manifest.asOf > today || manifest.asOf > taipeiDate(delivery.signedAt + CLOCK_TOLERANCE)) && "as-of-in-future",
    delivery.signedAt > delivery.now + CLOCK_TOLERANCE && "signature-in-future",
    ...judgeSuccession({ ...delivery, asOf: manifest.asOf }),
    (today < delivery.approvedFrom || today > delivery.approvedUntil) && "outside-approved-period",
    !delivery.isBound && "manifest-not-bound",
  ];
  return reasons.filter((reason) => reason !== false);
}

/** A delivery and the generation that it would replace. Times are epoch milliseconds, dates ISO 8601; null where there is none yet. */
export interface Succession {
  readonly asOf: string;
  readonly signedAt: number;
  readonly currentAsOf: string | null;
  readonly currentSignedAt: number | null;
}

/**
 * Whether a delivery is newer than what it would replace.
 * @returns reasons to reject; none means accepted
 * @clause 4(1)1
 */
export function judgeSuccession({ asOf, signedAt, currentAsOf, currentSignedAt }: Succession): RejectionCode[] {
  const reasons: (RejectionCode | false)[] = [
    currentAsOf !== null && asOf < currentAsOf && "as-of-older-than-current",
    currentSignedAt !== null && signedAt <= currentSignedAt && "signature-not-newer",
  ];
  return reasons.filter((reason) => reason !== false);
}

/** How long a dataset may be used, and how old its data may be. */
export interface DatasetLimits {
  readonly asOf: string;
  readonly maximumAgeDays: number;
  readonly approvedFrom: string;
  readonly approvedUntil: string;
}

/**
 * Whether a dataset may answer today.
 * @clause 4(1)2
 */
export function datasetAvailability(dataset: DatasetLimits, today: string): "available" | "outside-approved-period" | "too-old" {
  if (today < dataset.approvedFrom || today > dataset.approvedUntil) return "outside-approved-period";
  return daysBetween(dataset.asOf, today) > dataset.maximumAgeDays ? "too-old" : "available";
}
