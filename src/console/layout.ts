import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { taipeiDate, taipeiTime } from "../domain/roc-date.ts";
import { assetPath } from "./assets.ts";
import type { Text } from "./text/index.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

export type Html = ReturnType<typeof html>;
export const NOTHING = html``;

const [STYLE, SCRIPT] = [assetPath("console.css"), assetPath("countdown.js")];

interface PageContent {
  readonly title: string;
  readonly body: Html;
  readonly status?: ContentfulStatusCode;
  /** Marked 密, on paper on every sheet. @clause 4(2)3 */
  readonly confidential?: boolean;
}

/** A page in the console's frame. */
export function page(
  c: ConsoleRequest,
  visit: Visit,
  { title, body, status = 200, confidential = false }: PageContent,
): Response | Promise<Response> {
  const { text } = visit;
  return c.html(
    html`<!doctype html>
<html lang="${text.lang}" data-color-scheme="light" data-size="sm">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status === 422 ? text.form.fault(title) : title}｜${text.platform}</title>
<link rel="stylesheet" href="${STYLE}">
<link rel="icon" href="data:,">
${visit.endsAt === undefined ? NOTHING : html`<script src="${SCRIPT}" defer></script>`}
</head>
<body>
<a class="ds-skip-link" href="#main">${text.skip}</a>
<header class="masthead">
<div class="masthead-line">
<p class="masthead-name"><a href="${visit.here.startsWith("/apply") ? "/apply" : "/console"}">${text.platform}</a> <span>${text.office}</span></p>
<div class="masthead-who">${status === 422 ? NOTHING : languageSwitch(visit)}${visit.account === undefined ? NOTHING : identity(visit, visit.account)}</div>
</div>
<div class="masthead-line">
${visit.stage === "full" ? menu(visit) : NOTHING}
${sessionLine(visit)}
</div>
</header>
${confidential ? html`<p class="print-only print-mark">${text.confidential}</p>` : NOTHING}
<main id="main" tabindex="-1">
${visit.kept === undefined || visit.stage !== "full" ? NOTHING : html`<p class="ds-alert" data-color="info" role="status">${text.logIn.broughtBack}</p>`}
${body}
</main>
<footer>
<p class="print-only">${text.printed(visit.account ?? text.role.applicant, clock(text, visit.now))}</p>
</footer>
${sessionOver(visit)}
</body>
</html>`,
    status,
  );
}

function identity(visit: Visit, account: string): Html {
  const { text, duties } = visit;
  return html`<p>${account}<span>${duties.map((duty) => text.duty[duty]).join(text.separator)}</span></p>
<form method="post" action="/console/log-out">${formToken(visit)}<button class="ds-button" data-variant="secondary">${text.nav.logOut}</button></form>`;
}

function menu({ text, may, here }: Visit): Html {
  const places = [
    { path: "/console", label: text.nav.home, open: may("seeHome") },
    { path: "/console/integrations", label: text.nav.integrations, open: may("seeIntegrations") },
    { path: "/console/applications", label: text.nav.applications, open: may("seeApplications") },
    { path: "/console/addresses", label: text.nav.addresses, open: may("seeInventories") },
    { path: "/console/datasets", label: text.nav.datasets, open: may("seeDatasets") },
    { path: "/console/queries", label: text.nav.queries, open: may("searchLog") },
    { path: "/console/findings", label: text.nav.findings, open: may("seeFindings") },
    { path: "/console/people", label: text.nav.people, open: may("seePeople") },
    { path: "/console/system", label: text.nav.system, open: may("seeSystem") },
    { path: "/console/trail", label: text.nav.trail, open: may("seeTrail") },
    { path: "/console/password", label: text.nav.password, open: may("setPassword") },
  ].filter(({ open }) => open);
  const [path = ""] = here.split("?");
  const isHere = (place: string) => path === place || (place !== "/console" && path.startsWith(`${place}/`));
  const item = (place: { path: string; label: string }) =>
    html`<li><a href="${place.path}"${isHere(place.path) ? html` aria-current="page"` : NOTHING}>${place.label}</a></li>`;
  return html`<nav aria-label="${text.nav.label}"><ul>${places.map(item)}</ul></nav>`;
}

/** What countdown.js fills and shows; without it the line says the time of the end. */
function sessionLine({ text, endsAt, holder, now }: Visit): Html {
  if (endsAt === undefined) return NOTHING;
  const { session } = text;
  return html`<div class="session">
<p data-session-ends-in="${endsAt - now}"${holder === undefined ? NOTHING : html` data-holder="${holder}"`} data-left="${session.left}">${session.endsAt(clock(text, endsAt, true))}</p>
<div class="session-soon"><p role="status" data-soon="${session.soon}" data-longest="${session.longest}"></p><button class="ds-button" data-variant="secondary" type="button" hidden>${session.stay}</button></div>
</div>`;
}

/** What stands in the page's place when the session is over and something was typed there. */
function sessionOver({ text: { session }, holder }: Visit): Html {
  if (holder === undefined) return NOTHING;
  return html`<template data-session-over><main class="narrow session-over" tabindex="-1" aria-labelledby="session-over" aria-describedby="session-over-what">
<h1 class="ds-heading" data-size="md" id="session-over">${session.over}</h1>
<p id="session-over-what">${session.overWhat}</p>
<p class="buttons"><a class="ds-button" href="/console/log-in" target="_blank" rel="noopener">${session.logIn}</a><button
class="ds-button" data-variant="secondary" type="button">${session.show}</button></p>
<p role="status" data-not-yet="${session.notYet}"></p>
</main></template>`;
}

/** Above everything that may be typed, since it empties it; where a form came back with what was typed, not at all. */
function languageSwitch(visit: Visit): Html {
  const { code, name } = visit.text.otherLanguage;
  return html`<form method="post" action="/console/language">${formToken(visit)}<input type="hidden" name="language" value="${code}"><input
type="hidden" name="back" value="${visit.here}"><button class="link" lang="${code}">${name}</button></form>`;
}

/** What ties a form to the browser that it was made for. */
export function formToken({ formToken: token }: Visit): Html {
  return html`<input type="hidden" name="formToken" value="${token}">`;
}

/** A moment as day and time in Taiwan, or the time alone. */
export function clock(text: Text, at: number, timeOnly = false): string {
  const time = taipeiTime(at);
  return timeOnly ? time.slice(0, "19:10".length) : text.moment(text.day(taipeiDate(at)), time);
}
