import { html } from "hono/html";
import { listAlerts } from "../../../db/queries/abnormal-use.ts";
import {
  findMonthCheckpoint,
  getLogState,
  listOpenDisagreements,
  type OpenDisagreement,
  type SignedCheckpoint,
} from "../../../db/queries/log-state.ts";
import type { WitnessHeard } from "../../../db/queries/log-witness.ts";
import { monthOfEntry, startOfMonth } from "../../domain/query-log-form.ts";
import type { ConsoleContext } from "../context.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { checkpointWords, facts } from "../words.ts";
import { listSilentWitnesses } from "./home-log.ts";
import { listKeptMonths, RETENTION_PATH } from "./retention.ts";
import { healthSection } from "./system-health.ts";
import { usageSection } from "./usage-chart.ts";

/** 系統: what runs, how much is asked, whether the query log is whole, how far it is signed and cosigned, and what was unusual. */
export function systemPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db } = context;
  routes.get("/console/system", "seeSystem", async (c, visit) => {
    const { text, now } = visit;
    const { system } = text;
    const month = monthOfEntry(now);
    const [state, lastMonth, disagreements, silent] = await Promise.all([
      getLogState(db),
      findMonthCheckpoint(db, startOfMonth(month)),
      listOpenDisagreements(db),
      listSilentWitnesses(db, now),
    ]);
    const { entries, latest, cosigned } = state;
    const pending = entries - (latest?.treeSize ?? 0);
    const before = monthOfEntry(startOfMonth(month) - 1);
    const signed = (at: SignedCheckpoint, more: Html = NOTHING) =>
      html`${clock(text, at.at)}${more}<br><code class="long">${checkpointWords(at)}</code>`;
    const body = html`<h1 class="ds-heading" data-size="md">${system.title}</h1>
${await healthSection(visit, context)}
${await usageSection(visit, context)}
<section><h2 class="ds-heading" data-size="xs">${system.log}</h2>${health(visit, disagreements)}${silence(visit, silent)}
${facts([
  [system.entries, system.count(entries)],
  [system.latest, latest === undefined ? system.noCheckpoint : signed(latest, pending > 0 ? html`　${system.pending(pending)}` : NOTHING)],
  ...(cosigned.length === 0 ? [[system.noWitness, system.noCosignature] as const] : []),
  ...cosigned.map((witness) => [system.cosigned(witness.witnessName), signed(witness)] as const),
  [system.lastMonth(text.monthName(before)), lastMonth === undefined ? system.noCheckpoint : signed(lastMonth)],
])}${visit.may("seeOpenings") ? html`<p><a class="ds-link" href="/console/system/openings">${text.openings.title}</a></p>` : NOTHING}</section>
${visit.may("seeRetention") ? await months(visit, db) : NOTHING}
${visit.may("seeAlerts") ? await alerts(visit, db) : NOTHING}
<section><h2 class="ds-heading" data-size="xs">${text.policy.title}</h2><p><a class="ds-link" href="/console/system/settings">${text.policy.look}</a></p></section>`;
    return page(c, visit, { title: system.title, body });
  });
}

function health({ text }: Visit, disagreements: readonly OpenDisagreement[]): Html {
  const { system } = text;
  if (disagreements.length === 0) return html`<p class="ds-alert" data-color="success">${system.healthy}</p>`;
  return html`<div class="ds-alert" data-color="danger" role="alert"><h3 class="ds-heading" data-size="2xs">${system.disagreement}</h3><ul>${disagreements.map(
    ({ code, noticedAt, origin, witnessName }) =>
      html`<li>${clock(text, noticedAt)}　${system.disagreementOf[code] ?? code}　<code>${witnessName ?? origin}</code></li>`,
  )}</ul><p>${system.disagreementNext}</p></div>`;
}

function silence({ text }: Visit, silent: readonly WitnessHeard[]): Html {
  const { system } = text;
  if (silent.length === 0) return NOTHING;
  return html`<div class="ds-alert" data-color="danger" role="alert"><h3 class="ds-heading" data-size="2xs">${system.silent}</h3><ul>${silent.map(
    ({ witnessName, heardAt }) => html`<li><code>${witnessName}</code>　${system.silentSince}${clock(text, heardAt)}</li>`,
  )}</ul><p>${system.silentNext}</p></div>`;
}

async function months({ text, now }: Visit, db: ConsoleContext["db"]): Promise<Html> {
  const { retention } = text;
  const waiting = (await listKeptMonths(db, now)).filter(({ state }) => state === "due" || state === "proposed").length;
  return html`<section><h2 class="ds-heading" data-size="xs">${retention.title}</h2><p>${retention.waiting(waiting)} <a class="ds-link" href="${RETENTION_PATH}">${retention.toMonths}</a></p></section>`;
}

async function alerts({ text }: Visit, db: ConsoleContext["db"]): Promise<Html> {
  const open = (await listAlerts(db, { onlyOpen: true })).length;
  return html`<section><h2 class="ds-heading" data-size="xs">${text.system.alerts}</h2><p>${text.system.openAlerts(open)} <a class="ds-link" href="/console/system/alerts">${text.system.toAlerts}</a></p></section>`;
}
