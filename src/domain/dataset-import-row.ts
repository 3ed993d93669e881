import { isCitizenId, isNationalId, normaliseNationalId } from "./national-id.ts";
import { type NormalisedName, normaliseName } from "./person-name.ts";
import { parseDate, parseLastDay } from "./roc-date.ts";

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

const COLUMN_TITLES: Readonly<Record<ColumnName, readonly string[]>> = {
  nationalId: ["統一編號", "國民身分證統一編號", "身分證統一編號", "national_id"],
  name: ["姓名", "name"],
  birthDate: ["出生日期", "birth_date"],
  indigenous: ["原住民身分", "indigenous"],
  validFrom: ["起日", "valid_from"],
  validUntil: ["迄日", "valid_until"],
};
const COLUMNS_OF: Readonly<Record<DatasetKind, { readonly required: readonly ColumnName[]; readonly optional: readonly ColumnName[] }>> = {
  household: { required: ["nationalId", "name", "birthDate", "indigenous"], optional: [] },
  list: { required: ["nationalId"], optional: ["validFrom", "validUntil"] },
};

/**
 * Recognises the columns of a dataset by their header, in Chinese or English, in any order. A column that the dataset does not need is refused
 * with the file: the platform must not receive more than its purpose needs.
 * @returns undefined when a required column is missing, or one is unknown or there twice
 * @clause 3(10)
 * @clause 4(1)1
 */
export function recogniseColumns(kind: DatasetKind, header: readonly string[]): Columns | undefined {
  const { required, optional } = COLUMNS_OF[kind];
  const allowed = [...required, ...optional];
  const columns: Partial<Record<ColumnName, number>> = {};
  for (const [place, text] of header.entries()) {
    const title = text.trim().toLowerCase();
    const column = allowed.find((name) => COLUMN_TITLES[name].includes(title));
    if (column === undefined || columns[column] !== undefined) return undefined;
    columns[column] = place;
  }
  return required.every((column) => columns[column] !== undefined) ? columns : undefined;
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
  const validFrom = parseOptional(fieldOf(columns, fields, "validFrom"), parseDate);
  const validUntil = parseOptional(fieldOf(columns, fields, "validUntil"), parseLastDay);
  if (validFrom === undefined || validUntil === undefined) return "invalid-validity";
  if (validFrom !== null && validUntil !== null && validUntil < validFrom) return "invalid-validity";
  return { nationalId, validFrom, validUntil };
}

function fieldOf(columns: Columns, fields: readonly string[], column: ColumnName): string {
  const place = columns[column];
  return place === undefined ? "" : (fields[place] ?? "");
}

function parseOptional(text: string, parse: (text: string) => string | null | undefined): string | null | undefined {
  return text.trim() === "" ? null : parse(text);
}

const INDIGENOUS = new Set(["Y", "y", "1", "是", "平地", "山地", "平地原住民", "山地原住民", "原住民", "true"]);
const NOT_INDIGENOUS = new Set(["", "N", "n", "0", "否", "無", "非原住民", "false"]);

/** The register says plain (平地) or mountain (山地) indigenous, or nothing. */
function parseIndigenous(text: string): boolean | undefined {
  const value = text.trim();
  if (NOT_INDIGENOUS.has(value)) return false;
  return INDIGENOUS.has(value) ? true : undefined;
}
