import { html } from "hono/html";
import { type DuePart, sortDue } from "../../domain/due.ts";
import type { ConsoleContext } from "../context.ts";
import { type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { logAlarm } from "./home-log.ts";
import { type Task, tasksOf } from "./home-tasks.ts";

/** 待辦: what is late, what I must do now, and what is due this week; what is announced besides comes after. */
export function homePage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console", "seeHome", async (c, visit) => {
    const { text, today } = visit;
    const { home } = text;
    const { overdue, now, week, ahead } = sortDue(await tasksOf(visit, context), today);
    const part = (name: DuePart, tasks: readonly Task[]) => taskPart(visit, name, tasks);
    const set =
      c.req.query("password-set") === undefined ? NOTHING : html`<p class="ds-alert" data-color="success">${text.password.done}</p>`;
    const quiet = overdue.length + now.length + week.length === 0;
    const body = html`<h1 class="ds-heading" data-size="md">${home.title}</h1>${set}
<p class="quiet">${text.day(today)}</p>
${await logAlarm(visit, context)}
${overdue.length === 0 ? NOTHING : part("overdue", overdue)}
${quiet ? html`<p class="empty good-day">${home.nothing}</p>` : html`${part("now", now)}${part("week", week)}`}
${ahead.length === 0 ? NOTHING : part("ahead", ahead)}`;
    return page(c, visit, { title: home.title, body });
  });
}

function taskPart({ text: { home, dayAhead }, today }: Visit, name: DuePart, tasks: readonly Task[]): Html {
  const late = name === "overdue";
  const count = html`<span class="count"${late ? html` data-late` : NOTHING}>${tasks.length}</span>`;
  const when = ({ dueOn, waited }: Task) =>
    [waited, dueOn === undefined ? undefined : dayAhead(dueOn, today)].filter((word) => word !== undefined).join("　");
  const line = (task: Task) => {
    const { what, of, path } = task;
    return html`<li>${path === undefined ? html`<span>${what}</span>` : html`<a class="ds-link" href="${path}">${what}</a>`}<span>${of}</span><span class="when"${
      late ? html` data-pressing` : NOTHING
    }>${when(task)}</span></li>`;
  };
  return html`<section><h2 class="ds-heading" data-size="xs">${home.part[name]} ${tasks.length === 0 ? NOTHING : count}</h2>${
    tasks.length === 0 ? html`<p class="empty">${home.none[name]}</p>` : html`<ul class="tasks">${tasks.map(line)}</ul>`
  }</section>`;
}
