import type { Kysely } from "kysely";
import { type LogFilter, type LoggedEntryRow, openLogPage } from "../db/queries/query-log-reading.ts";
import type { Database } from "../db/tables/database.ts";
import type { LogKeys } from "./adapters/key-store.ts";
import { openSealedPart } from "./adapters/sealed-part.ts";
import { KeyMissing } from "./adapters/secret-file.ts";
import { logIndexOf } from "./adapters/subject-keys.ts";
import type { SealedPart } from "./domain/query-log.ts";
import { joinSealedPart, type OpeningRequest, readEntry, requireOpening } from "./domain/query-log-reading.ts";
import type { ListedEntry } from "./reports/listed-entry.ts";
import { leafHash } from "./transparency/leaf.ts";

/** Which entries to open, in words that people use; a person by the normalised ID number, or by its blind index. */
export interface LogQuestion extends Omit<LogFilter, "caseNumberIndex"> {
  readonly caseNumber?: string | undefined;
  readonly nationalId?: string | undefined;
}

/** How much is opened: everything in the order of time, or the newest so many after an entry that was shown last. */
export type LogExtent = "all" | { readonly newest: number; readonly after?: string | undefined };

const PAGE_SIZE = 500;

/**
 * Opens entries of the query log, page by page. Each page is given out only after its opening is on record; entries that disagree with
 * themselves come with the code of what is wrong, and without anything of what they say.
 * @param db as platform_log_reader or platform_console
 * @throws RuleViolation as `requireOpening`, before anything is read
 * @clause 4(2)2
 */
export async function* openQueryLog(
  db: Kysely<Database>,
  keys: LogKeys,
  { caseNumber, nationalId, ...filter }: LogQuestion,
  opening: OpeningRequest,
  extent: LogExtent,
): AsyncGenerator<ListedEntry> {
  requireOpening(opening);
  const indexOf = (kind: "subject" | "case-number", value: string) => logIndexOf(keys.logIndex, kind, value);
  const whole: LogFilter = {
    ...filter,
    caseNumberIndex: caseNumber && indexOf("case-number", caseNumber),
    subjectIndex: nationalId ? indexOf("subject", nationalId) : filter.subjectIndex,
  };
  const [newestFirst, size] = extent === "all" ? [false, PAGE_SIZE] : [true, extent.newest];
  let after = extent === "all" ? undefined : extent.after;
  for (;;) {
    const rows = await openLogPage(db, whole, opening, { after, newestFirst, size });
    for (const row of rows) yield openEntry(keys, row, indexOf);
    if (extent !== "all" || rows.length < size) return;
    after = rows.at(-1)?.entryId;
  }
}

function openEntry(
  { logEncryption }: LogKeys,
  row: LoggedEntryRow,
  indexOf: (kind: "subject" | "case-number", value: string) => string,
): ListedEntry {
  const { entryId, entry: bytes, applicationNumber, agencyName, systemName } = row;
  if (bytes === null) return { entryId, fault: "tree-disagrees" };
  if (leafHash(bytes).toString("hex") !== row.leafHash) return { entryId, fault: "leaf-hash-disagrees" };
  const entry = readEntry(row, bytes.toString("utf8"));
  if (typeof entry === "string") return { entryId, fault: entry };
  let sealed: SealedPart;
  try {
    sealed = openSealedPart(logEncryption.get(entry.keyId), entry.sealed, entry.entryId);
  } catch (error) {
    return { entryId, fault: error instanceof KeyMissing ? "key-missing" : "sealed-part-unreadable" };
  }
  const opened = joinSealedPart(entry, sealed, indexOf);
  if (typeof opened === "string") return { entryId, fault: opened };
  const asker =
    applicationNumber === null || agencyName === null || systemName === null ? undefined : { applicationNumber, agencyName, systemName };
  return { ...opened, asker };
}
