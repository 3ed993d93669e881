import { html } from "hono/html";
import { findMonthCheckpoint } from "../../../db/queries/log-state.ts";
import { monthOfEntry } from "../../domain/query-log-form.ts";
import { monthMoments, requireRequestNumber } from "../../domain/query-log-reading.ts";
import type { DocumentFormat } from "../../query-log-document.ts";
import { openQueryLog } from "../../query-log-reader.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadEntries } from "../download.ts";
import { type Fault, faultSummary, field, select } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, page } from "../layout.ts";
import { begin, openingOf, readId, readingFault } from "../log-reading.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { checkpointWords } from "../words.ts";

const RECORD_LIST = "/console/queries/record-list";
const SUBJECT_ACCESS = "/console/queries/subject-access";
/** Months that are offered: those of five years. */
const MONTHS = 61;

/** Documents of the log: the month's 查詢紀錄單, and what a person is told who asks who asked about them. */
export function queryDocumentPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db, logKeys } = context;
  routes.get(RECORD_LIST, "writeRecordList", (c, visit) => askForMonth(c, visit, typedIn(keptFor(visit, RECORD_LIST), "month")));
  routes.post(RECORD_LIST, "writeRecordList", async (c, visit, form) => {
    const month = form.one("month");
    try {
      const { from, until } = monthMoments(month);
      const opening = openingOf(visit, "writeRecordList", { purpose: "record-list", reason: form.one("reason"), reference: month });
      const entries = await visit.onTrail("writeRecordList", `query-log/${month}`, () =>
        begin(openQueryLog(db, logKeys, { from, until }, opening, "all")),
      );
      const signed = await findMonthCheckpoint(db, until);
      const document = { kind: "record-list", month, checkpoint: signed && checkpointWords(signed), entries } as const;
      return downloadEntries(context, c, visit, {
        document,
        format: formatOf(form),
        name: [visit.text.queries.recordListTitle, visit.text.monthName(month)],
      });
    } catch (error) {
      return askForMonth(c, visit, { month, reason: form.one("reason") }, readingFault(visit, error));
    }
  });

  routes.get(SUBJECT_ACCESS, "answerSubjectAccess", (c, visit) =>
    askForPerson(c, visit, typedIn(keptFor(visit, SUBJECT_ACCESS), "request")),
  );
  routes.post(SUBJECT_ACCESS, "answerSubjectAccess", async (c, visit, form) => {
    const [request, reason] = [form.one("request").trim(), form.one("reason")];
    let asked = "request";
    try {
      requireRequestNumber(request);
      asked = "reason";
      const nationalId = readId(form.one("nationalId"));
      const opening = openingOf(visit, "answerSubjectAccess", { purpose: "subject-access", reason, reference: request });
      const entries = await visit.onTrail("answerSubjectAccess", `query-log/${request}`, () =>
        begin(openQueryLog(db, logKeys, { nationalId }, opening, "all")),
      );
      const document = { kind: "subject-access", requestNumber: request, nationalId, entries } as const;
      return downloadEntries(context, c, visit, {
        document,
        format: formatOf(form),
        name: [visit.text.queries.subjectAccessTitle, request],
      });
    } catch (error) {
      return askForPerson(c, visit, { request, reason }, readingFault(visit, error, asked));
    }
  });
}

type Typed<Name extends string> = Readonly<Record<Name | "reason", string>>;

function formatOf(form: SentForm): DocumentFormat {
  return form.one("format") === "csv" ? "csv" : "pdf";
}

function typedIn<Name extends "month" | "request">(form: SentForm | undefined, name: Name): Typed<Name> | undefined {
  return form && ({ [name]: form.one(name), reason: form.one("reason") } as Typed<Name>);
}

function askForMonth(c: ConsoleRequest, visit: Visit, typed: Typed<"month"> | undefined, fault?: Fault): Response | Promise<Response> {
  const { queries } = visit.text;
  const current = monthOfEntry(visit.now);
  const [year = 0, number = 1] = current.split("-").map(Number);
  const months = Array.from({ length: MONTHS }, (_, back) => new Date(Date.UTC(year, number - 1 - back, 1)).toISOString().slice(0, 7));
  // The month that is over is the one to print.
  const chosen = typed?.month ?? months[1] ?? current;
  const options = months.map((month) => [month, visit.text.monthName(month)] as const);
  return documentPage(c, visit, {
    ...{ title: queries.recordListTitle, intro: queries.recordListIntro, path: RECORD_LIST, reason: typed?.reason, fault },
    fields: select("month", queries.month, options, chosen, fault),
  });
}

function askForPerson(c: ConsoleRequest, visit: Visit, typed: Typed<"request"> | undefined, fault?: Fault): Response | Promise<Response> {
  const { queries } = visit.text;
  return documentPage(c, visit, {
    ...{ title: queries.subjectAccessTitle, intro: queries.subjectAccessIntro, path: SUBJECT_ACCESS, reason: typed?.reason, fault },
    fields: html`${field({ name: "request", label: queries.request, hint: queries.requestHint, value: typed?.request ?? "", fault })}
${field({ name: "nationalId", label: queries.nationalId, hint: queries.nationalIdHint, fault })}`,
  });
}

interface DocumentForm {
  readonly title: string;
  readonly intro: string;
  readonly path: string;
  readonly fields: Html;
  readonly reason: string | undefined;
  readonly fault: Fault | undefined;
}

function documentPage(
  c: ConsoleRequest,
  visit: Visit,
  { title, intro, path, fields, reason = "", fault }: DocumentForm,
): Response | Promise<Response> {
  const { queries, form, confidential } = visit.text;
  const body = html`<div class="narrow"><p class="quiet">${queries.title}</p>
<h1 class="ds-heading" data-size="md">${title} <span class="ds-tag" data-color="danger">${confidential}</span></h1>
${faultSummary(visit.text, fault)}<p>${intro}</p>
<form method="post" action="${path}" class="stack">${formToken(visit)}${fields}
${field({ name: "reason", label: form.reason, hint: form.reasonHint, value: reason, long: true, fault })}
<div class="buttons"><button class="ds-button" name="format" value="pdf">${queries.pdf}</button><button class="ds-button" data-variant="secondary" name="format" value="csv">${queries.csv}</button><a class="ds-link" href="/console/queries">${queries.back}</a></div></form></div>`;
  return page(c, visit, { confidential: true, title, body, status: fault === undefined ? 200 : 422 });
}
