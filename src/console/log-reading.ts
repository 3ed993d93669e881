import { logIndexOf } from "../adapters/subject-keys.ts";
import { actingDuty, type ConsoleAction } from "../domain/console-action.ts";
import { periodMoments } from "../domain/integration-period.ts";
import { holdsNationalId, isNationalId, nationalIdInFilter, normaliseNationalId } from "../domain/national-id.ts";
import type { OpeningPurpose, OpeningRequest } from "../domain/query-log-reading.ts";
import { parseDate, taipeiDate } from "../domain/roc-date.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import type { LogQuestion } from "../query-log-reader.ts";
import type { ListedEntry } from "../reports/listed-entry.ts";
import type { ConsoleContext } from "./context.ts";
import { type Fault, faultOf, textFaults } from "./fields.ts";
import type { SentForm } from "./sent-form.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

/** What a search asks that may stand in a URL: nobody's data. Days as they were typed. */
export const OPEN_FILTERS = ["integration", "operator", "from", "until"] as const;
/** What it asks besides, which stands in forms only: the case, the person's blind index, and the reason. */
const CLOSED_FILTERS = ["case", "subject", "reason"] as const;
export type SearchField = (typeof OPEN_FILTERS)[number] | (typeof CLOSED_FILTERS)[number];
export type Search = Readonly<Record<SearchField, string>>;

/** How far back a search goes unless it says otherwise, in days. */
const USUAL_DAYS = 30;
const DAY = 86_400_000;

/** The search that a URL begins. */
export function searchInUrl(c: ConsoleRequest, { now, text }: Visit): Search {
  const asked = (name: string) => c.req.query(name)?.replaceAll("\0", "").trim();
  const named = OPEN_FILTERS.some((name) => asked(name) !== undefined);
  return {
    ...{ case: "", subject: "", reason: "" },
    integration: asked("integration") ?? "",
    operator: asked("operator") ?? "",
    from: asked("from") ?? (named ? "" : text.typedDay(taipeiDate(now - USUAL_DAYS * DAY))),
    until: asked("until") ?? "",
  };
}

/**
 * The search that a form sends. A person's ID number becomes its blind index at once, and is shown to nobody again.
 * @throws RuleViolation `invalid-national-id`
 */
export function searchInForm({ logKeys }: ConsoleContext, form: SentForm): Search {
  const sent = (name: string) => form.one(name).replaceAll("\0", "").trim();
  const [nationalId, subject] = [sent("nationalId"), sent("subject")];
  return {
    ...{ integration: sent("integration"), operator: sent("operator"), from: sent("from"), until: sent("until") },
    ...{ case: sent("case"), reason: sent("reason") },
    subject:
      nationalId === "" ? (/^[0-9a-f]{32}$/.test(subject) ? subject : "") : logIndexOf(logKeys.logIndex, "subject", readId(nationalId)),
  };
}

/** The search's part of a URL. */
export function searchUrl(path: string, search: Search): string {
  const query = new URLSearchParams(
    OPEN_FILTERS.filter((name) => search[name] !== "").map((name): [string, string] => [name, search[name]]),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}

/**
 * What the log is asked by a search.
 * @throws RuleViolation `from-malformed`, `until-malformed`, `national-id-in-filter`
 */
export function questionOf(search: Search): LogQuestion {
  const day = (name: "from" | "until") => {
    const date = search[name] === "" ? undefined : parseDate(search[name]);
    if (date === undefined && search[name] !== "") throw new RuleViolation("4(2)5", `${name}-malformed`, "Give the day as 115/01/31.");
    return date === undefined ? undefined : periodMoments({ from: date, until: date })[name];
  };
  if (holdsNationalId(`${search.integration} ${search.operator}`)) throw nationalIdInFilter();
  return {
    applicationNumber: search.integration || undefined,
    operator: search.operator || undefined,
    caseNumber: search.case || undefined,
    subjectIndex: search.subject || undefined,
    from: day("from"),
    until: day("until"),
  };
}

/** A typed ID number, normalised. @throws RuleViolation `invalid-national-id` */
export function readId(typed: string): string {
  const nationalId = normaliseNationalId(typed);
  if (!isNationalId(nationalId)) throw new RuleViolation("4(2)5", "invalid-national-id", "This is not an ID number.");
  return nationalId;
}

/** The opening that somebody asks for, in the duty that allows the action. */
export function openingOf(
  visit: Visit,
  action: ConsoleAction,
  opening: { readonly purpose: OpeningPurpose; readonly reason: string; readonly reference?: string },
): OpeningRequest {
  const role = actingDuty(action, visit);
  if (role === "manager") throw new RuleViolation("4(2)2", "reader-not-allowed", "Managers don't read the log.");
  return { by: { account: visit.account ?? "", role }, reference: null, ...opening };
}

/** Begins to read: what stands against it is thrown, and the first page's opening is on record, before anything can be shown. */
export async function begin(entries: AsyncGenerator<ListedEntry>): Promise<AsyncIterable<ListedEntry>> {
  const first = await entries.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* entries;
  })();
}

/** The field beside which a broken rule of reading is told; rules of texts are about the one that was being read. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "invalid-national-id": "nationalId",
  "national-id-in-filter": "operator",
  "from-malformed": "from",
  "until-malformed": "until",
  "month-malformed": "month",
  "request-number-required": "request",
};

/** What stands against reading, as a fault of the form. @throws whatever is no rule's word */
export function readingFault({ text }: Visit, error: unknown, textField = "reason"): Fault {
  if (!(error instanceof RuleViolation)) throw error;
  return faultOf(text, error, { ...FIELD_OF, ...textFaults(textField) });
}
