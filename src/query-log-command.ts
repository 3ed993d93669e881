import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { periodMoments } from "./domain/integration-period.ts";
import { isNationalId, normaliseNationalId } from "./domain/national-id.ts";
import { monthMoments, type OpeningPurpose, type OpeningRequest, type ReaderRole } from "./domain/query-log-reading.ts";
import { parseDate } from "./domain/roc-date.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import { type QueryLogDocument, writeDocument } from "./query-log-document.ts";
import { printEntries } from "./query-log-lines.ts";
import type { LogExtent, LogQuestion } from "./query-log-reader.ts";
import type { ListedEntry } from "./reports/listed-entry.ts";

export const QUERY_LOG_HELP = `Usage: node bin/query-log.ts <action> --as ACCOUNT --role ROLE --reason TEXT …

  search            the newest entries, masked; the case and the reason stay sealed
                    [--application NUMBER] [--operator ACCOUNT] [--case NUMBER] [--id-file FILE] [--from DAY] [--until DAY]
                    [--limit 50] [--after ENTRY-ID]   goes on after the last entry shown
  open ENTRY-ID…    everything that entries say; as auditor, ethics or civil-affairs
  record-list       the month's query record list, masked; as case-officer, dedicated-officer or auditor
                    --month YYYY-MM --out FILE [--checkpoint TEXT]
  subject-access    who asked about a person; as case-officer or dedicated-officer
                    --request NUMBER --out FILE [--id-file FILE]

  ROLE       case-officer, dedicated-officer, auditor, ethics, civil-affairs
  --out      a new file, for its owner alone (0600): .pdf, or .csv for a spreadsheet
  --id-file  where the person's ID number stands; - for standard input, which subject-access reads when the option is left out.
             An ID number on the command line would be seen by others
  --json     search and open: one JSON object a line

Every opening is on record, with account, role and reason, before anything is shown.
Environment: DATABASE_URL of platform_log_reader (else the platform running from DATA_DIR), KEYS_DIR.
Exit code 0: done; 1: not done, and why; 2: done, but entries disagree with their own bytes: their ids and codes are shown, not what they say.`;

const TEXT = { type: "string" } as const;
const OPTIONS = {
  ...{
    as: TEXT,
    role: TEXT,
    reason: TEXT,
    application: TEXT,
    operator: TEXT,
    case: TEXT,
    from: TEXT,
    until: TEXT,
    limit: TEXT,
    after: TEXT,
  },
  ...{ "id-file": TEXT, month: TEXT, checkpoint: TEXT, request: TEXT, out: TEXT },
  json: { type: "boolean" },
} as const;
type Values = ReturnType<typeof parse>["values"];

/** Opens entries of the log, each opening recorded first. */
type OpenLog = (question: LogQuestion, opening: OpeningRequest, extent: LogExtent) => AsyncGenerator<ListedEntry>;

type Print = (line: string) => void;

/** What a command came to: its last line, and how many entries disagree with themselves. */
interface Outcome {
  readonly lastLine: string;
  readonly faults: number;
}

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/**
 * Searches, opens and lists entries of the query log.
 * @throws Error whose message names rule and clause, and never what was asked about
 */
export async function runQueryLogCommand(argv: string[], openLog: OpenLog, print: Print = console.log): Promise<Outcome> {
  const { positionals, values } = parse(argv);
  const [action = "", ...entryIds] = positionals;
  if (action !== "open" && entryIds.length > 0)
    throw new Error(`${action} takes options only; a person's ID number never stands on the command line, where others see it.`);
  try {
    switch (action) {
      case "search":
        return await search(values, openLog, print);
      case "open":
        return await open(entryIds, values, openLog, print);
      case "record-list": {
        const month = required(values.month, "--month YYYY-MM");
        const entries = openLog(monthMoments(month), request(values, "record-list", month), "all");
        return await write(values, { kind: "record-list", month, checkpoint: values.checkpoint, entries });
      }
      case "subject-access": {
        const requestNumber = required(values.request, "--request NUMBER");
        const opening = request(values, "subject-access", requestNumber);
        const nationalId = await readNationalId(values["id-file"] ?? "-");
        return await write(values, {
          kind: "subject-access",
          requestNumber,
          nationalId,
          entries: openLog({ nationalId }, opening, "all"),
        });
      }
      default:
        throw new Error(`There is no action "${action}"; --help lists them.`);
    }
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    throw new Error(`${error.message} (${error.code}, clause ${error.clause})`, { cause: error });
  }
}

async function search(values: Values, openLog: OpenLog, print: Print): Promise<Outcome> {
  const size = Number(values.limit ?? 50);
  if (!Number.isInteger(size) || size < 1 || size > 1000) throw new Error("--limit is a number from 1 to 1000.");
  const question: LogQuestion = {
    applicationNumber: values.application,
    operator: values.operator,
    caseNumber: values.case,
    nationalId: values["id-file"] === undefined ? undefined : await readNationalId(values["id-file"]),
    from: values.from === undefined ? undefined : periodMoments(day(values.from, "--from")).from,
    until: values.until === undefined ? undefined : periodMoments(day(values.until, "--until")).until,
  };
  const after = values.after === undefined ? undefined : entryId(values.after);
  const entries = openLog(question, request(values, "search", null), { newest: size, after });
  const shown = await printEntries(entries, "masked", values.json === true, print);
  const more = shown.entries === size ? ` There may be more: --after ${shown.last}` : "";
  return { lastLine: `${shown.entries} entries.${more}`, faults: shown.faults };
}

async function open(entryIds: readonly string[], values: Values, openLog: OpenLog, print: Print): Promise<Outcome> {
  if (entryIds.length === 0) throw new Error("Name the entries to open; search shows their ids.");
  const wanted = [...new Set(entryIds.map(entryId))];
  const entries = openLog({ entryIds: wanted }, request(values, "audit", null), "all");
  const shown = await printEntries(entries, "whole", values.json === true, print);
  if (shown.entries < wanted.length) throw new Error(`${wanted.length - shown.entries} of these entries are not in the log.`);
  return { lastLine: `${shown.entries} entries opened.`, faults: shown.faults };
}

async function write(values: Values, content: QueryLogDocument): Promise<Outcome> {
  const out = required(values.out, "--out FILE");
  const { entries, faults, said } = await writeDocument(content, out, { printedAt: Date.now(), printedBy: values.as ?? "" });
  return { lastLine: `Wrote ${entries} entries to ${out}${said}.`, faults };
}

const ROLES: Readonly<Record<string, ReaderRole>> = {
  "case-officer": "caseOfficer",
  "dedicated-officer": "dedicatedOfficer",
  auditor: "auditor",
  ethics: "ethics",
  "civil-affairs": "civilAffairs",
};

function request(values: Values, purpose: OpeningPurpose, reference: string | null): OpeningRequest {
  const role = ROLES[values.role ?? ""];
  if (values.as === undefined || role === undefined)
    throw new Error("Say who reads, and in what capacity: --as ACCOUNT --role auditor (or another of --help).");
  return { by: { account: values.as, role }, purpose, reason: values.reason ?? "", reference };
}

async function readNationalId(file: string): Promise<string> {
  const nationalId = normaliseNationalId(file === "-" ? await text(process.stdin) : await readFile(file, "utf8"));
  if (!isNationalId(nationalId))
    throw new RuleViolation("4(2)5", "invalid-national-id", "What was read is not one ID number: give it alone, on one line.");
  return nationalId;
}

function entryId(raw: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(raw)) throw new Error("An entry's id is a UUID, as search shows it.");
  return raw.toLowerCase();
}

/** The period that one day is. */
function day(raw: string, option: string): { from: string; until: string } {
  const date = parseDate(raw);
  if (date === undefined) throw new Error(`${option} is a day, YYYY-MM-DD.`);
  return { from: date, until: date };
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === "") throw new Error(`${option} is missing; --help tells more.`);
  return value;
}
