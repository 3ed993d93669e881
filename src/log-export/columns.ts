import type { CanonicalEntry } from "../domain/query-log-form.ts";

/** The columns that are derived from an entry's bytes, in the order of their line. */
export const COLUMNS = [
  "entry_id",
  "asked_at",
  "integration_id",
  "operator",
  "operation_code",
  "outcome",
  "case_number_index",
  "subject_index",
  "leaf_hash",
] as const;

/** An entry's columns as the database has them; times as ISO 8601, hashes in hexadecimal. */
export type ColumnValues = readonly (string | number | null)[];

/** The line of an entry in a columns file: a JSON array, without its newline. */
export function formatColumns(values: ColumnValues): string {
  return JSON.stringify(values);
}

/** The line that an entry's bytes ask for. */
export function columnsOf(entry: CanonicalEntry, leafHash: string): string {
  const { entryId, askedAt, integration, operator, operationCode, outcome, caseNumberIndex, subjectIndex } = entry;
  return `["${entryId}","${askedAt}",${integration},${operator},${operationCode},${outcome},${caseNumberIndex},${subjectIndex},"${leafHash}"]`;
}

/** Names of the columns in which a line differs from the one that the bytes ask for. */
export function differingColumns(line: string, wanted: string): string[] {
  const [found, expected] = [parseLine(line), JSON.parse(wanted) as unknown[]];
  return found === undefined ? ["the whole line"] : COLUMNS.filter((_, place) => found[place] !== expected[place]);
}

/** An entry's id by its columns, for when its bytes don't tell it. */
export function entryIdOfColumns(line: string | undefined): string | undefined {
  const id = line === undefined ? undefined : parseLine(line)?.[0];
  return typeof id === "string" ? id : undefined;
}

function parseLine(line: string): unknown[] | undefined {
  try {
    const values: unknown = JSON.parse(line);
    return Array.isArray(values) && values.length === COLUMNS.length ? values : undefined;
  } catch {
    return undefined;
  }
}
