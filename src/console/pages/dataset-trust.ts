import { html } from "hono/html";
import type { DescribedKey } from "../../dataset-import-client.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { datasetName, datasetPath, fingerprintCode, unitName } from "../dataset-words.ts";
import { checkbox, faultBeside, faultOf, faultSummary, field, group, textFaults } from "../fields.ts";
import { formToken, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts } from "../words.ts";
import { DATASET_PATH, type DatasetShown, findDatasetShown } from "./dataset.ts";
import { messagePage } from "./message.ts";

const PATH = `${DATASET_PATH}/trust`;
const FIELD_OF = {
  ...{ ...textFaults("reason"), "reason-missing": "reason", "not-compared": "compared" },
  ...{ "unusable-key": "key", "private-key-shown": "key", "key-too-long": "key" },
};
type Answer = Response | Promise<Response>;

/**
 * A unit's key is trusted in two steps: its public half is shown to whoever reads keys, and trusted once its fingerprint has been compared with the
 * unit by telephone. Nothing is kept in between: the page that shows the fingerprint carries the key.
 * @clause 3(1)
 * @clause 4(1)1
 */
export function datasetTrustPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(PATH, "trustSupplierKey", (c, visit) => withDataset(c, visit, context, (dataset) => showUpload(c, visit, dataset)));

  routes.post(PATH, "trustSupplierKey", (c, visit, form) =>
    withDataset(c, visit, context, async (dataset) => {
      const publicKey = (await form.file("key")?.text()) ?? "";
      return describe(context, visit, publicKey, {
        described: (key) => showCompare(c, visit, dataset, { key, publicKey, reason: "" }),
        refused: (fault) => showUpload(c, visit, dataset, fault),
      });
    }),
  );

  routes.post(`${PATH}/confirm`, "trustSupplierKey", (c, visit, form) =>
    withDataset(c, visit, context, (dataset) => {
      const [publicKey, fingerprint, reason] = [form.one("publicKey"), form.one("fingerprint"), form.one("reason")];
      const { account: actor } = visit.actor("trustSupplierKey");
      return takeOnTrail(context, visit, {
        ...{ action: "trustSupplierKey", object: `dataset/${dataset.code}/${safe(fingerprint)}`, fieldOf: FIELD_OF },
        take: () => {
          if (form.one("compared") === "") throw new RuleViolation("4(1)1", "not-compared", "Compare the fingerprint first.");
          return context.datasets.keys({ action: "trust", dataset: dataset.code, publicKey, fingerprint, actor, reason });
        },
        done: () => c.redirect(datasetPath(dataset.code), 303),
        // What the key is, whoever reads keys tells again: the form is no witness.
        refused: (fault) =>
          describe(context, visit, publicKey, {
            described: (key) => showCompare(c, visit, dataset, { key, publicKey, reason, compared: form.one("compared") !== "" }, fault),
            refused: (unreadable) => showUpload(c, visit, dataset, unreadable),
          }),
      });
    }),
  );
}

async function withDataset(
  c: ConsoleRequest,
  visit: Visit,
  context: ConsoleContext,
  run: (dataset: DatasetShown) => Answer,
): Promise<Response> {
  const dataset = await findDatasetShown(c, context);
  return dataset === undefined ? messagePage(c, visit, 404, visit.text.message.notFound) : run(dataset);
}

/** What was sent in the place of a fingerprint, as far as it may stand on the trail. */
function safe(fingerprint: string): string {
  return /^[0-9a-f]{40,64}$/.test(fingerprint) ? fingerprint : "unknown";
}

async function describe(
  { datasets, logger }: ConsoleContext,
  { text }: Visit,
  publicKey: string,
  { described, refused }: { described: (key: DescribedKey) => Answer; refused: (fault: Shown) => Answer },
): Promise<Response> {
  if (publicKey.trim() === "") return refused({ sentence: text.datasets.keys.noFile, field: "key", status: 422 });
  try {
    const answer = await datasets.keys({ action: "describe", publicKey });
    if (answer.described === undefined) throw new Error("The worker described no key.");
    return await described(answer.described);
  } catch (error) {
    if (error instanceof RuleViolation) return refused({ ...faultOf(text, error, FIELD_OF), status: 422 });
    logger.error({ error: error instanceof Error ? error.name : "unknown" }, "a key could not be described");
    return refused({ sentence: text.message.failed.body, status: 503 });
  }
}

function showUpload(c: ConsoleRequest, visit: Visit, dataset: DatasetShown, fault?: Shown): Answer {
  const { text } = visit;
  const { keys } = text.datasets;
  const body = html`<div class="narrow"><p class="quiet">${datasetName(text, dataset)}</p>
<h1 class="ds-heading" data-size="md">${keys.trustTitle}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="info">${keys.trustIntro(unitName(text, dataset.ownerUnit))}</p>
<form method="post" action="${datasetPath(dataset.code)}/trust" enctype="multipart/form-data" class="stack">${formToken(visit)}
<div class="ds-field"><label class="ds-label" for="key">${keys.file}</label><p data-field="description" id="key-hint">${keys.fileHint}</p>
<input class="ds-input" type="file" id="key" name="key" accept=".asc,.txt,.key,application/pgp-keys,text/plain" aria-describedby="key-hint${
    fault?.field === "key" ? " key-fault" : NOTHING
  }"${fault?.field === "key" ? html` aria-invalid="true"` : NOTHING}>${faultBeside("key", fault)}</div>
<div class="buttons"><button class="ds-button">${keys.show}</button><a class="ds-link" href="${datasetPath(dataset.code)}">${
    text.datasets.back
  }</a></div></form></div>`;
  return page(c, visit, { title: keys.trustTitle, body, status: fault?.status ?? 200 });
}

interface Compared {
  readonly key: DescribedKey;
  readonly publicKey: string;
  readonly reason: string;
  readonly compared?: boolean;
}

function showCompare(c: ConsoleRequest, visit: Visit, dataset: DatasetShown, shown: Compared, fault?: Shown): Answer {
  const { text, today } = visit;
  const { keys } = text.datasets;
  const { key, publicKey, reason, compared = false } = shown;
  const end = key.expiresAt === null ? keys.forever : text.dayAhead(taipeiDate(Date.parse(key.expiresAt)), today);
  const body = html`<div class="narrow"><p class="quiet">${datasetName(text, dataset)}</p>
<h1 class="ds-heading" data-size="md">${keys.compareTitle}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="warning">${keys.compareIntro(unitName(text, dataset.ownerUnit))}</p>
${facts([
  [keys.fingerprint, fingerprintCode(key.fingerprint)],
  [keys.holder, key.userIds.join(text.separator)],
  [keys.validUntil, end],
])}
<form method="post" action="${datasetPath(dataset.code)}/trust/confirm" class="stack">${formToken(visit)}
<input type="hidden" name="fingerprint" value="${key.fingerprint}"><input type="hidden" name="publicKey" value="${publicKey}">
${group("compared", keys.compareBy, checkbox("compared", "yes", keys.compared, compared), fault)}${field({ name: "reason", label: text.form.reason, hint: keys.reasonHint, value: reason, long: true, fault })}
<div class="buttons"><button class="ds-button">${keys.trustSubmit}</button><a class="ds-link" href="${datasetPath(dataset.code)}">${
    keys.differs
  }</a></div></form></div>`;
  return page(c, visit, { title: keys.compareTitle, body, status: fault?.status ?? 200 });
}
