import { html } from "hono/html";
import { findDeliveryKey } from "../../../db/queries/dataset-import-delivery-key.ts";
import { type DatasetOnRecord, listDatasetsOnRecord, listImports } from "../../../db/queries/dataset-import-reading.ts";
import { listDeliveryKeysOf, listKeySteps } from "../../../db/queries/dataset-key-reading.ts";
import type { TrustedKeys } from "../../dataset-import-client.ts";
import { datasetAge } from "../../domain/dataset-age.ts";
import type { ConsoleContext } from "../context.ts";
import { checksOf, datasetName, datasetPath, fingerprintCode, standingTag, unitName } from "../dataset-words.ts";
import { clock, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Text } from "../text/index.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts } from "../words.ts";
import { deliverySection, stepsSection, trustedSection } from "./dataset-key-sections.ts";
import { DATASETS_PATH, importsTable } from "./datasets.ts";
import { messagePage } from "./message.ts";

export const DATASET_PATH = `${DATASETS_PATH}/:code`;
const LATEST = 20;

/** One dataset: what it answers from and until when, whose signature it takes, and its delivery keys. @clause 4(1)1 @clause 4(1)2 */
export function datasetPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(DATASET_PATH, "seeDatasets", async (c, visit) => {
    const found = await findDatasetShown(c, context);
    return found === undefined ? messagePage(c, visit, 404, visit.text.message.notFound) : showDataset(c, visit, context, found);
  });
}

/** A dataset, and those of the same unit, which trust the same keys. */
export interface DatasetShown extends DatasetOnRecord {
  readonly ofSameUnit: readonly DatasetOnRecord[];
}

/** The dataset that a path names. */
export async function findDatasetShown(c: ConsoleRequest, { db }: ConsoleContext): Promise<DatasetShown | undefined> {
  const all = await listDatasetsOnRecord(db);
  const found = all.find(({ code }) => code === c.req.param("code"));
  return found && { ...found, ofSameUnit: all.filter(({ ownerUnit }) => ownerUnit === found.ownerUnit) };
}

/** The datasets that trust the same keys, by name. */
export function sameUnitNames(text: Text, { ofSameUnit }: DatasetShown): string {
  return ofSameUnit.map((dataset) => datasetName(text, dataset)).join(text.separator);
}

async function showDataset(c: ConsoleRequest, visit: Visit, context: ConsoleContext, dataset: DatasetShown): Promise<Response> {
  const { text, today, now } = visit;
  const { datasets } = text;
  const { db } = context;
  const [trusted, delivery, steps, imports] = await Promise.all([
    trustedKeys(context, dataset.code),
    listDeliveryKeysOf(db, dataset.datasetId, LATEST),
    listKeySteps(db, dataset),
    listImports(db, { datasetCode: dataset.code }, LATEST),
  ]);
  const age = datasetAge(dataset, today);
  const title = datasetName(text, dataset);
  const body = html`<p class="quiet"><a class="ds-link" href="${DATASETS_PATH}">${datasets.title}</a></p>
<h1 class="ds-heading" data-size="md">${title} ${standingTag(text, age.standing)}</h1>
${await issuedAlert(c, visit, context, dataset)}
<p class="lead">${datasets.lead[age.standing](age.standing === "empty" ? "" : text.dayAhead(age.lastDay, today))}</p>
${facts([
  [datasets.owner, unitName(text, dataset.ownerUnit)],
  [datasets.answers, checksOf(text, dataset.datasetId)],
  ...(age.standing === "empty"
    ? []
    : ([
        [
          datasets.asOf,
          html`${text.day(dataset.asOf ?? "")}　<span class="quiet">${datasets.age(age.ageDays, dataset.maximumAgeDays)}</span>`,
        ],
        [datasets.rows, datasets.count(dataset.rows ?? 0)],
        [datasets.switchedAt, dataset.switchedAt === null ? "—" : clock(text, dataset.switchedAt.getTime())],
      ] as const)),
  [datasets.maximumAge, datasets.days(dataset.maximumAgeDays)],
  [datasets.approved, datasets.span(text.day(dataset.approvedFrom), text.day(dataset.approvedUntil))],
  [datasets.badRowsAllowed, datasets.count(dataset.badRowsAllowed)],
])}
${trustedSection(visit, dataset, sameUnitNames(text, dataset), trusted, steps)}
${deliverySection(visit, dataset, delivery, now)}
${stepsSection(visit, steps.slice(0, LATEST))}
<section><h2 class="ds-heading" data-size="xs">${datasets.imports.title}</h2>${importsTable(visit, imports)}</section>`;
  return page(c, visit, { title, body });
}

/** Undefined: whoever holds them doesn't answer, and the rest of the page needs no answer. */
export async function trustedKeys({ datasets, logger }: ConsoleContext, code: string): Promise<TrustedKeys | undefined> {
  try {
    return await datasets.trusted(code);
  } catch (error) {
    logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "the trusted keys could not be read");
    return undefined;
  }
}

/** After a delivery key has been issued one sees it, with the way to its public half. */
async function issuedAlert(c: ConsoleRequest, { text, may }: Visit, { db }: ConsoleContext, { code }: DatasetShown) {
  const asked = c.req.query("issued");
  const key = asked === undefined || !may("issueDeliveryKey") ? undefined : await findDeliveryKey(db, asked.replaceAll("\0", ""));
  if (key === undefined || key.datasetCode !== code) return NOTHING;
  const { keys } = text.datasets;
  return html`<div class="ds-alert" data-color="success"><p>${keys.justIssued}</p><p>${fingerprintCode(key.fingerprint)}</p>
<p><a class="ds-link" href="${datasetPath(code)}/delivery-keys/${key.fingerprint}/key.asc">${keys.download}</a></p></div>`;
}
