import { html } from "hono/html";
import { listDatasetsOnRecord } from "../../../db/queries/dataset-import-reading.ts";
import { type DatabaseSize, findDatabaseSize } from "../../../db/queries/log-state.ts";
import { isApiConnected } from "../../../db/queries/system-state.ts";
import { datasetAge } from "../../domain/dataset-age.ts";
import type { ConsoleContext } from "../context.ts";
import { datasetName, datasetPath, standingTag } from "../dataset-words.ts";
import { clock, type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { facts } from "../words.ts";

/** A worker that has not asked for work for longer than this (milliseconds) is said to be away: it asks about once a minute when idle. */
const WORKER_AWAY = 3 * 60_000;

/** What runs, what answers, how old the data is, and how much room is left. */
export async function healthSection(visit: Visit, context: ConsoleContext): Promise<Html> {
  const { text } = visit;
  const { health } = text;
  const [api, worker, size, datasets] = await Promise.all([
    isApiConnected(context.db),
    seenWorker(context),
    findDatabaseSize(context.db),
    listDatasetsOnRecord(context.db),
  ]);
  const tag = (colour: "success" | "danger" | "neutral", word: string) => html`<span class="ds-tag" data-color="${colour}">${word}</span>`;
  const runs = (does: boolean) => (does ? tag("success", health.runs) : tag("danger", health.away));
  const works = worker.answers && worker.seenAt !== undefined && visit.now - worker.seenAt < WORKER_AWAY;
  const since =
    worker.answers && worker.seenAt !== undefined ? html`　<span class="quiet">${health.seen(clock(text, worker.seenAt))}</span>` : NOTHING;
  const data = datasets.map((dataset) => {
    const age = datasetAge(dataset, visit.today);
    const old =
      age.standing === "empty" ? NOTHING : html`　<span class="quiet">${text.datasets.age(age.ageDays, dataset.maximumAgeDays)}</span>`;
    const name = html`<a class="ds-link" href="${datasetPath(dataset.code)}">${datasetName(text, dataset)}</a>`;
    return [name, html`${standingTag(text, age.standing)}${old}`] as const;
  });
  return html`<section><h2 class="ds-heading" data-size="xs">${health.title}</h2>${facts([
    [health.api, runs(api)],
    [health.worker, html`${worker.answers ? runs(works) : tag("neutral", health.unknown)}${since}`],
    [health.temporal, runs(worker.answers)],
    // This page could not be read without it.
    [health.database, runs(true)],
    ...room(visit, size),
    ...data,
  ])}</section>`;
}

async function seenWorker({
  seeWorker,
  logger,
}: ConsoleContext): Promise<{ readonly answers: boolean; readonly seenAt?: number | undefined }> {
  try {
    return { answers: true, seenAt: await seeWorker() };
  } catch (error) {
    logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "Temporal did not say whether a worker is there");
    return { answers: false };
  }
}

function room({ text }: Visit, size: DatabaseSize | undefined): (readonly [string, Html | string])[] {
  const { system, health } = text;
  if (size === undefined) return [[system.databaseSize, system.notMeasured]];
  const { bytes, earlierBytes, days, measuredOn, freeBytes, totalBytes } = size;
  const megabytes = (amount: number) => Math.ceil(Math.max(0, amount) / 1_000_000).toLocaleString("en");
  return [
    [system.databaseSize, `${system.megabytes(megabytes(bytes))}　${text.day(measuredOn)}`],
    [system.databaseGrowth, days === 0 ? system.noGrowth : system.growth(megabytes(bytes - earlierBytes), days)],
    [
      health.disk,
      freeBytes === null || totalBytes === null
        ? health.diskUnseen
        : health.diskFree(megabytes(freeBytes), Math.floor((100 * freeBytes) / Math.max(1, totalBytes))),
    ],
  ];
}
