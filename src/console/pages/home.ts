import { html } from "hono/html";
import { lastPasswords } from "../../../db/queries/account.ts";
import { findEndingCredentials, findIntegrations } from "../../../db/queries/console-integration.ts";
import { passwordEnd } from "../../domain/password-policy.ts";
import { daysBetween, taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { casePath, lastDayOf } from "../words.ts";

const SOON_DAYS = 60;
/** From here on the password is among what is due. */
const PASSWORD_DAYS = 14;
const PRESSING_DAYS = 7;
const DAY = 86_400_000;

/** One line of what is to do: the matter, whose, and when. */
interface Task {
  readonly what: string;
  readonly of: string;
  readonly path: string;
  readonly when: string;
  readonly pressing: boolean;
}

/** 待辦: what I must do now, and what ends within 60 days. */
export function homePage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console", "seeHome", async (c, visit) => {
    const { text } = visit;
    const [now, soon] = await Promise.all([tasksOf(visit, context), endingSoon(visit, context)]);
    const set =
      c.req.query("password-set") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${text.password.done}</p>`;
    const body = html`<h1 class="ds-heading" data-size="md">${text.home.title}</h1>${set}
<p class="quiet">${text.day(visit.today)}</p>
<section><h2 class="ds-heading" data-size="xs">${text.home.todo}${count(now)}</h2>${taskList(now, text.home.nothing)}</section>
<section><h2 class="ds-heading" data-size="xs">${text.home.soon}${count(soon)}</h2>${taskList(soon, text.home.nothingSoon)}</section>`;
    return page(c, visit, { title: text.home.title, body });
  });
}

function count(tasks: readonly Task[]): Html {
  return tasks.length === 0 ? NOTHING : html` <span class="count">${tasks.length}</span>`;
}

async function tasksOf(visit: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const { text } = visit;
  const waiting = async (state: "submitted" | "approved", what: string) =>
    (await findIntegrations(db, { state }))
      .filter(({ submittedBy }) => state !== "submitted" || submittedBy !== visit.account)
      .map(({ applicationNumber, agencyName, systemName, submittedAt }) => {
        const day = taipeiDate(submittedAt);
        const days = daysBetween(day, visit.today);
        return {
          what,
          of: `${applicationNumber}　${agencyName}　${systemName}`,
          path: casePath(applicationNumber),
          when: text.home.since(text.day(day), days),
          pressing: days > PRESSING_DAYS,
        };
      });
  const decide = visit.may("decideApplication") ? await waiting("submitted", text.home.decide) : [];
  const provision = visit.may("provisionIntegration") ? await waiting("approved", text.home.provision) : [];
  return [...decide, ...provision];
}

async function endingSoon(visit: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const { text, today, now, account = "" } = visit;
  const limit = now + SOON_DAYS * DAY;
  const task = (
    what: string,
    { applicationNumber, agencyName, systemName }: { applicationNumber: string; agencyName: string; systemName: string },
    at: number,
  ) => ({
    at,
    what,
    of: `${applicationNumber}　${agencyName}　${systemName}`,
    path: casePath(applicationNumber),
  });
  const [password] = await lastPasswords(db, account, 1);
  const passwordDue = password && passwordEnd(password.setAt);
  const own =
    passwordDue !== undefined && passwordDue < now + PASSWORD_DAYS * DAY
      ? [{ at: passwordDue, what: text.nav.password, of: account, path: "/console/password" }]
      : [];
  const cases = visit.may("seeIntegrations")
    ? [
        ...(await findIntegrations(db, { sort: "period" }))
          .filter(({ state, approvedUntil }) => ["provisioned", "active", "suspended"].includes(state) && (approvedUntil ?? limit) < limit)
          .map((row) => task(text.home.periodEnds, row, row.approvedUntil ?? limit)),
        ...(await findEndingCredentials(db, limit)).map((row) => task(text.home.credentialEnds, row, row.endsAt)),
      ]
    : [];
  return [...own, ...cases]
    .sort((one, other) => one.at - other.at)
    .map(({ at, ...rest }) => {
      const day = lastDayOf(at);
      return { ...rest, when: text.dayAhead(day, today), pressing: daysBetween(today, day) <= PRESSING_DAYS };
    });
}

function taskList(tasks: readonly Task[], empty: string): Html {
  if (tasks.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<ul class="tasks">${tasks.map(
    ({ what, of, path, when, pressing }) =>
      html`<li><a class="ds-link" href="${path}">${what}</a><span>${of}</span><span class="when"${pressing ? html` data-pressing` : NOTHING}>${when}</span></li>`,
  )}</ul>`;
}
