import { html } from "hono/html";
import { openQueryLog } from "../../query-log-reader.ts";
import type { ListedEntry } from "../../reports/listed-entry.ts";
import type { ConsoleContext } from "../context.ts";
import { type Fault, faultSummary, field } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { clock, formToken, type Html, page } from "../layout.ts";
import { begin, openingOf, readingFault } from "../log-reading.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts, outcomeTag } from "../words.ts";
import { messagePage } from "./message.ts";

const PATH = "/console/queries/:entryId{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}";

/** One entry of the log, opened for an audit: first the reason, which goes on record, then everything that the entry says, once. */
export function queryEntryPage(routes: ConsoleRoutes, { db, logKeys }: ConsoleContext): void {
  routes.get(PATH, "openLogEntry", (c, visit) => ask(c, visit, keptFor(visit, c.req.path)?.one("reason")));

  routes.post(PATH, "openLogEntry", async (c, visit, form) => {
    const entryId = idOf(c);
    try {
      const opening = openingOf(visit, "openLogEntry", { purpose: "audit", reason: form.one("reason") });
      const entries = await visit.onTrail("openLogEntry", `query-log/${entryId}`, () =>
        begin(openQueryLog(db, logKeys, { entryIds: [entryId] }, opening, "all")),
      );
      for await (const entry of entries) return show(c, visit, entry);
      return messagePage(c, visit, 404, visit.text.queries.notInLog);
    } catch (error) {
      return ask(c, visit, form.one("reason"), readingFault(visit, error));
    }
  });
}

function idOf(c: ConsoleRequest): string {
  return c.req.param("entryId") ?? "";
}

function ask(c: ConsoleRequest, visit: Visit, reason = "", fault?: Fault): Response | Promise<Response> {
  const { queries, form } = visit.text;
  const body = html`<div class="narrow"><p class="quiet">${queries.title}　<code>${idOf(c)}</code></p>
<h1 class="ds-heading" data-size="md">${queries.openTitle}</h1>
${faultSummary(visit.text, fault)}<p class="ds-alert" data-color="warning">${queries.openIntro}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}
${field({ name: "reason", label: form.reason, hint: form.reasonHint, value: reason, long: true, fault })}
<div class="buttons"><button class="ds-button">${queries.openSubmit}</button><a class="ds-link" href="/console/queries">${queries.back}</a></div></form></div>`;
  return page(c, visit, { confidential: true, title: queries.openTitle, body, status: fault === undefined ? 200 : 422 });
}

function show(c: ConsoleRequest, visit: Visit, listed: ListedEntry): Response | Promise<Response> {
  const { text } = visit;
  const { queries } = text;
  const said = "fault" in listed ? faulty(visit, listed.fault) : content(visit, listed);
  const body = html`<p class="quiet">${queries.title}　<code>${idOf(c)}</code></p>
<h1 class="ds-heading" data-size="md">${queries.entryTitle} <span class="ds-tag" data-color="danger">${text.confidential}</span></h1>
<p class="lead">${queries.shownOnce}</p>
${said}
<p><a class="ds-link" href="/console/queries">${queries.back}</a></p>`;
  return page(c, visit, { confidential: true, title: queries.entryTitle, body });
}

function faulty({ text }: Visit, fault: keyof Visit["text"]["queries"]["fault"]): Html {
  return html`<div class="ds-alert" data-color="danger" role="alert"><p>${text.queries.fault[fault]}</p><p>${text.queries.faultNext}</p></div>`;
}

function content({ text }: Visit, { entry, asker, caseNumber, reason, subject }: Exclude<ListedEntry, { fault: unknown }>): Html {
  const { queries } = text;
  const given = (value: string | null | undefined) => value || queries.notGiven;
  const asked: readonly (readonly [string, Html | string])[] = [
    [queries.when, clock(text, Date.parse(entry.askedAt))],
    [queries.asker, asker === undefined ? queries.unknownAsker : `${asker.applicationNumber}　${asker.agencyName}　${asker.systemName}`],
    [queries.operator, given(entry.operator)],
    [queries.operationCode, given(entry.operationCode)],
    [queries.sourceAddress, html`<code>${entry.sourceAddress}</code>`],
    [queries.case, given(caseNumber)],
    [queries.askedReason, given(reason)],
  ];
  const person: readonly (readonly [string, Html | string])[] = [
    [queries.nationalId, given(subject.nationalId)],
    [queries.name, given(subject.name)],
    [queries.birthDate, given(subject.birthDate)],
  ];
  const answer = (said: boolean | null | undefined) => (said == null ? queries.unanswered : said ? queries.yes : queries.no);
  const answered: readonly (readonly [string, Html | string])[] = [
    [queries.outcome, outcomeTag(text, entry.outcome)],
    ...entry.checks.map((check) => [text.check[check], answer(entry.answers[check])] as const),
    ...Object.entries(entry.asOf).map(
      ([dataset, day]) => [queries.asOf, `${queries.dataset[dataset] ?? dataset}　${text.day(day)}`] as const,
    ),
  ];
  const list = (title: string, all: readonly (readonly [string, Html | string])[]) =>
    html`<section><h2 class="ds-heading" data-size="xs">${title}</h2>${facts(all)}</section>`;
  return html`${list(queries.askedSection, asked)}${list(queries.conditions, person)}${list(queries.answered, answered)}`;
}
