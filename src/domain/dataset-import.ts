import { isCitizenId, isNationalId, normaliseNationalId } from "./national-id.ts";
import { type NormalisedName, normaliseName } from "./person-name.ts";
import { daysBetween, parseDate } from "./roc-date.ts";

export type DatasetKind = "household" | "list";
export type ColumnName = "nationalId" | "name" | "birthDate" | "indigenous" | "validFrom" | "validUntil";
/** Where each column stands in a row. */
export type Columns = Readonly<Partial<Record<ColumnName, number>>>;

/** A row of the household register as it will be hashed. */
export interface HouseholdRow {
  readonly nationalId: string;
  readonly name: NormalisedName;
  /** ISO 8601. */
  readonly birthDate: string;
  readonly indigenous: boolean;
}

/** A row of a list dataset; dates are ISO 8601, null where the list says none. */
export interface ListRow {
  readonly nationalId: string;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

/** What is wrong with a row; never what it says. */
export type RowErrorCode =
  | "wrong-number-of-fields"
  | "undecodable-text"
  | "invalid-national-id"
  | "invalid-name"
  | "invalid-birth-date"
  | "birth-date-in-future"
  | "invalid-indigenous-status"
  | "invalid-validity";

/** A row that can't be read: where and why, never what. */
export interface BadRow {
  /** Line number in the file, from 1. */
  readonly line: number;
  readonly code: RowErrorCode | "duplicate-id";
}

/** Why a whole delivery is refused. */
export type RejectionCode =
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
  | "undecodable-text"
  | "malformed-csv"
  | "manifest-missing"
  | "manifest-malformed"
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

const HEADERS: Readonly<Record<string, ColumnName>> = {
  統一編號: "nationalId",
  國民身分證統一編號: "nationalId",
  身分證統一編號: "nationalId",
  national_id: "nationalId",
  姓名: "name",
  name: "name",
  出生日期: "birthDate",
  birth_date: "birthDate",
  原住民身分: "indigenous",
  indigenous: "indigenous",
  起日: "validFrom",
  valid_from: "validFrom",
  迄日: "validUntil",
  valid_until: "validUntil",
};
const REQUIRED: Readonly<Record<DatasetKind, readonly ColumnName[]>> = {
  household: ["nationalId", "name", "birthDate", "indigenous"],
  list: ["nationalId"],
};

/**
 * Recognises the columns of a dataset by their header, in Chinese or English, in any order.
 * @returns undefined when a required column is missing, or one is unknown or there twice
 * @clause 4(1)1
 */
export function recogniseColumns(kind: DatasetKind, header: readonly string[]): Columns | undefined {
  const columns: Partial<Record<ColumnName, number>> = {};
  for (const [place, title] of header.entries()) {
    const column = HEADERS[title.trim()];
    if (column === undefined || columns[column] !== undefined) return undefined;
    columns[column] = place;
  }
  return REQUIRED[kind].every((column) => columns[column] !== undefined) ? columns : undefined;
}

/**
 * Reads a row of the household register. Only citizens have a household registration, so only their ID numbers fit.
 * @param today ISO 8601
 * @clause 4(1)1
 */
export function parseHouseholdRow(columns: Columns, fields: readonly string[], today: string): HouseholdRow | RowErrorCode {
  const nationalId = normaliseNationalId(fieldOf(columns, fields, "nationalId"));
  if (!isCitizenId(nationalId)) return "invalid-national-id";
  const birthDate = parseDate(fieldOf(columns, fields, "birthDate"));
  if (birthDate === undefined) return "invalid-birth-date";
  if (birthDate > today) return "birth-date-in-future";
  const indigenous = parseIndigenous(fieldOf(columns, fields, "indigenous"));
  if (indigenous === undefined) return "invalid-indigenous-status";
  try {
    return { nationalId, name: normaliseName(fieldOf(columns, fields, "name")), birthDate, indigenous };
  } catch {
    return "invalid-name";
  }
}

/**
 * Reads a row of a list dataset.
 * @clause 4(1)1
 */
export function parseListRow(columns: Columns, fields: readonly string[]): ListRow | RowErrorCode {
  const nationalId = normaliseNationalId(fieldOf(columns, fields, "nationalId"));
  if (!isNationalId(nationalId)) return "invalid-national-id";
  const validFrom = parseOptionalDate(fieldOf(columns, fields, "validFrom"));
  const validUntil = parseOptionalDate(fieldOf(columns, fields, "validUntil"));
  if (validFrom === undefined || validUntil === undefined) return "invalid-validity";
  if (validFrom !== null && validUntil !== null && validUntil < validFrom) return "invalid-validity";
  return { nationalId, validFrom, validUntil };
}

function fieldOf(columns: Columns, fields: readonly string[], column: ColumnName): string {
  const place = columns[column];
  return place === undefined ? "" : (fields[place] ?? "");
}

function parseOptionalDate(text: string): string | null | undefined {
  return text.trim() === "" ? null : parseDate(text);
}

const INDIGENOUS = new Set(["Y", "y", "1", "是", "平地", "山地", "平地原住民", "山地原住民", "原住民", "true"]);
const NOT_INDIGENOUS = new Set(["", "N", "n", "0", "否", "非原住民", "false"]);

/** The register says plain (平地) or mountain (山地) indigenous, or nothing. */
function parseIndigenous(text: string): boolean | undefined {
  const value = text.trim();
  if (NOT_INDIGENOUS.has(value)) return false;
  return INDIGENOUS.has(value) ? true : undefined;
}

/** What the sender says the file holds. */
export interface Manifest {
  readonly dataset: string;
  /** ISO 8601. */
  readonly asOf: string;
  readonly rows: number;
  /** SHA-256 of the data before the manifest line, or of the whole data when the manifest lies beside; hexadecimal. */
  readonly sha256: string;
}

const MANIFEST_LINE = /^#manifest dataset=([a-z-]{1,40}) as_of=(\d{4}-\d{2}-\d{2}) rows=(\d{1,12}) sha256=([0-9a-f]{64})$/;

/** Reads a manifest line: `#manifest dataset=household as_of=2026-11-01 rows=20000 sha256=…`. */
export function parseManifestLine(line: string): Manifest | undefined {
  const [, dataset, asOf, rows, sha256] = MANIFEST_LINE.exec(line.trim()) ?? [];
  if (dataset === undefined || asOf === undefined || parseDate(asOf) === undefined || rows === undefined || sha256 === undefined) return undefined;
  return { dataset, asOf, rows: Number(rows), sha256 };
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

/** What was found in a delivery, and what the dataset holds now. Times are epoch milliseconds, dates ISO 8601. */
export interface Delivery {
  readonly manifest: Manifest;
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
 * old file could be played again under a new date.
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
    delivery.rowsRead - delivery.badRows <= 0 && "empty-dataset",
    delivery.duplicates > 0 && "duplicate-id",
    delivery.badRows > delivery.badRowsAllowed && "too-many-bad-rows",
    manifest.asOf > today && "as-of-in-future",
    delivery.signedAt > delivery.now + CLOCK_TOLERANCE && "signature-in-future",
    ...judgeSuccession({ ...delivery, asOf: manifest.asOf }),
    (today < delivery.approvedFrom || today > delivery.approvedUntil) && "outside-approved-period",
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
