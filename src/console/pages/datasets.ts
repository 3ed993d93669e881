import { html } from "hono/html";
import {
  type DatasetOnRecord,
  type ImportOnRecord,
  listDatasetsOnRecord,
  listImports,
} from "../../../db/queries/dataset-import-reading.ts";
import { listLivingDeliveryKeys } from "../../../db/queries/dataset-key-reading.ts";
import { datasetAge } from "../../domain/dataset-age.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { checksOf, datasetName, datasetPath, importPath, importTag, shownStage, standingTag, unitName } from "../dataset-words.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";

export const DATASETS_PATH = "/console/datasets";
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PAGE_LENGTH = 50;

/** 資料集: what each dataset answers from and until when, and every import. @clause 4(1)1 @clause 4(1)2 */
export function datasetsPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db } = context;
  routes.get(DATASETS_PATH, "seeDatasets", async (c, visit) => {
    const asked = c.req.query("before") ?? "";
    const before = UUID.test(asked) ? asked : undefined;
    const [datasets, living, imports] = await Promise.all([
      listDatasetsOnRecord(db),
      listLivingDeliveryKeys(db, new Date(visit.now)),
      listImports(db, { before }, PAGE_LENGTH),
    ]);
    const { text } = visit;
    const last = imports.length === PAGE_LENGTH ? imports.at(-1)?.importId : undefined;
    const body = html`<h1 class="ds-heading" data-size="md">${text.datasets.title}</h1><p class="quiet">${text.datasets.intro}</p>
${before === undefined ? datasetsTable(visit, datasets, living) : NOTHING}
<section><h2 class="ds-heading" data-size="xs">${text.datasets.imports.title}</h2>${importsTable(visit, imports)}${
      last === undefined
        ? NOTHING
        : html`<p><a class="ds-link" href="${DATASETS_PATH}?before=${last}">${text.datasets.imports.older}</a></p>`
    }</section>`;
    return page(c, visit, { title: text.datasets.title, body });
  });
}

function datasetsTable(
  { text, today }: Visit,
  all: readonly DatasetOnRecord[],
  living: Awaited<ReturnType<typeof listLivingDeliveryKeys>>,
): Html {
  const { datasets } = text;
  const line = (dataset: DatasetOnRecord) => {
    const age = datasetAge(dataset, today);
    const key = living.find(({ datasetId }) => datasetId === dataset.datasetId);
    return html`<tr><th scope="row"><a class="ds-link" href="${datasetPath(dataset.code)}">${datasetName(text, dataset)}</a></th>
<td data-label="${datasets.standing}">${standingTag(text, age.standing)}</td>
<td data-label="${datasets.owner}">${unitName(text, dataset.ownerUnit)}</td><td data-label="${datasets.answers}">${checksOf(text, dataset.datasetId)}</td>
<td data-label="${datasets.asOf}">${
      age.standing === "empty"
        ? "—"
        : html`<div>${text.day(dataset.asOf ?? "")}<br><span class="quiet">${datasets.age(age.ageDays, dataset.maximumAgeDays)}</span></div>`
    }</td>
<td data-label="${datasets.usableUntil}" class="day">${age.standing === "empty" ? "—" : text.dayAhead(age.lastDay, today)}</td>
<td data-label="${datasets.rows}" class="number">${dataset.rows === null ? "—" : dataset.rows.toLocaleString("en")}</td>
<td data-label="${datasets.approved}">${datasets.span(text.typedDay(dataset.approvedFrom), text.typedDay(dataset.approvedUntil))}</td>
<td data-label="${datasets.nextKey}">${
      key === undefined
        ? datasets.noNextKey
        : datasets.nextKeyUntil(key.fingerprint.slice(-8).toUpperCase(), text.typedDay(taipeiDate(key.expiresAt.getTime())))
    }</td></tr>`;
  };
  const titles = [datasets.name, datasets.standing, datasets.owner, datasets.answers, datasets.asOf, datasets.usableUntil];
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}<th scope="col" class="number">${
    datasets.rows
  }</th><th scope="col">${datasets.approved}</th><th scope="col">${datasets.nextKey}</th></tr></thead><tbody>${all.map(line)}</tbody></table>`;
}

/** Imports, one a line. */
export function importsTable({ text }: Visit, all: readonly ImportOnRecord[]): Html {
  const { datasets } = text;
  const words = datasets.imports;
  if (all.length === 0) return html`<p class="empty">${words.none}</p>`;
  const line = (one: ImportOnRecord) => html`<tr><th scope="row" class="day"><a class="ds-link" href="${importPath(one.importId)}">${clock(
    text,
    one.receivedAt.getTime(),
  )}</a></th>
<td data-label="${words.state}">${importTag(text, shownStage(one))}</td>
<td data-label="${datasets.name}">${
    one.datasetCode === null || one.datasetName === null
      ? words.unknownDataset
      : datasetName(text, { code: one.datasetCode, name: one.datasetName })
  }</td>
<td data-label="${words.file}">${one.fileName}</td>
<td data-label="${datasets.asOf}" class="day">${one.asOf === null ? "—" : text.day(one.asOf)}</td>
<td data-label="${words.rowsRead}" class="number">${one.rowsRead.toLocaleString("en")}</td>
<td data-label="${words.badRows}" class="number">${one.badRows.toLocaleString("en")}</td>
<td data-label="${words.deliveredBy}">${deliverer(text, one)}</td></tr>`;
  const titles = [words.received, words.state, datasets.name, words.file, datasets.asOf];
  const number = (title: string) => html`<th scope="col" class="number">${title}</th>`;
  return html`<table class="ds-table cards"><thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}${number(words.rowsRead)}${number(
    words.badRows,
  )}<th scope="col">${words.deliveredBy}</th></tr></thead><tbody>${all.map(line)}</tbody></table>`;
}

/** Who delivered a file. */
export function deliverer({ datasets }: Visit["text"], { deliveredBy }: Pick<ImportOnRecord, "deliveredBy">): string {
  return deliveredBy === "drop-folder" ? datasets.imports.dropFolder : deliveredBy;
}
