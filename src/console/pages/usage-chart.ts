import { html } from "hono/html";
import { type DailyUse, listDailyUse } from "../../../db/queries/system-state.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { weekdayOf } from "../../domain/roc-day.ts";
import type { ConsoleContext } from "../context.ts";
import type { Html } from "../layout.ts";
import type { Visit } from "../visit.ts";

const DAYS = 30;
const DAY = 86_400_000;
/** In units of the picture: a day's place, its bar, and the height of the largest. */
const [PLACE, BAR, HEIGHT] = [20, 14, 120];

/** How much was asked on each of the last days: as a picture, and as a table for whoever reads figures. */
export async function usageSection({ text, now, today }: Visit, { db }: ConsoleContext): Promise<Html> {
  const days = await listDailyUse(db, taipeiDate(now - (DAYS - 1) * DAY), today);
  const { chart } = text;
  const largest = days.reduce((most, one) => (one.subjects > most.subjects ? one : most));
  const most = chart.most(largest.subjects.toLocaleString("en"), text.day(largest.day));
  const line = ({ day, subjects }: DailyUse) =>
    html`<tr><th scope="row" class="day">${text.day(day)}</th><td class="number">${subjects.toLocaleString("en")}</td></tr>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${chart.title}</h2>
<figure class="chart"><figcaption>${largest.subjects === 0 ? chart.none : most}</figcaption>
<svg viewBox="0 0 ${DAYS * PLACE} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${chart.title}">${days.map((one, place) => bar(one, place, largest.subjects))}</svg>
<p class="chart-days"><span>${text.day(days[0]?.day ?? today)}</span><span>${text.day(today)}</span></p></figure>
<details class="ds-details"><summary>${chart.table}</summary><div><table class="ds-table"><thead><tr><th scope="col">${chart.day}</th><th scope="col" class="number">${chart.subjects}</th></tr></thead><tbody>${days.toReversed().map(line)}</tbody></table></div></details></section>`;
}

function bar({ day, subjects }: DailyUse, place: number, most: number): Html {
  // What was asked at all can be seen.
  const height = subjects === 0 ? 0 : Math.max(2, Math.round((HEIGHT * subjects) / most));
  const rest = weekdayOf(day) % 6 === 0;
  return html`<rect class="${rest ? "rest" : "work"}" x="${place * PLACE + (PLACE - BAR) / 2}" y="${HEIGHT - height}" width="${BAR}" height="${height}"></rect>`;
}
