import { html } from "hono/html";
import { type AppointmentOnRecord, listAppointments } from "../../../db/queries/appointment.ts";
import { lastDayOf } from "../../domain/due.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";

/** 人員: who holds which duty, and who did. */
export function peoplePage(routes: ConsoleRoutes, { db }: ConsoleContext): void {
  routes.get("/console/people", "seePeople", async (c, visit) => {
    const { text, now } = visit;
    const { people } = text;
    const statusOf = ({ from, until }: AppointmentOnRecord) =>
      from > now ? ("coming" as const) : until !== undefined && until <= now ? ("past" as const) : ("current" as const);
    const colour = { current: "success", coming: "warning", past: "neutral" } as const;
    const order = { current: 0, coming: 1, past: 2 };
    const all = (await listAppointments(db))
      .map((appointment) => ({ ...appointment, status: statusOf(appointment) }))
      .sort((one, other) => order[one.status] - order[other.status]);
    const rows = all.map(
      ({ account, duty, from, until, appointedBy, reason, status }) => html`<tr><th scope="row">${account}</th>
<td data-label="${people.status}"><span class="ds-tag" data-color="${colour[status]}">${people[status]}</span></td>
<td data-label="${people.duty}">${text.duty[duty]}</td>
<td data-label="${people.from}" class="day">${text.day(taipeiDate(from))}</td>
<td data-label="${people.until}" class="day">${until === undefined ? people.open : text.day(lastDayOf(until))}</td>
<td data-label="${people.appointedBy}">${appointedBy}</td><td data-label="${people.reason}">${reason}</td></tr>`,
    );
    const titles = [people.account, people.status, people.duty, people.from, people.until, people.appointedBy, people.reason];
    const body = html`<h1 class="ds-heading" data-size="md">${people.title}</h1><p class="quiet">${people.intro}</p>
${
  all.length === 0
    ? html`<p class="empty">${people.none}</p>`
    : html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`
}`;
    return page(c, visit, { title: people.title, body });
  });
}
