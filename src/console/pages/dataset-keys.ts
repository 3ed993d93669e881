import { html } from "hono/html";
import { findDeliveryKey } from "../../../db/queries/dataset-import-delivery-key.ts";
import type { ConsoleAction } from "../../domain/console-action.ts";
import { type DatasetKeyRequest, spacedFingerprint } from "../../domain/dataset-keys.ts";
import type { ConsoleContext } from "../context.ts";
import { datasetName, datasetPath } from "../dataset-words.ts";
import { download } from "../download.ts";
import { faultSummary, field, select, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { formToken, type Html, NOTHING, page } from "../layout.ts";
import { requestField, requestIn } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { DATASET_PATH, type DatasetShown, findDatasetShown, sameUnitNames, trustedKeys } from "./dataset.ts";
import { reasonField } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

const KINDS = ["4", "rsa", "6"] as const;
const USUAL_DAYS = "30";
const FIELD_OF = { ...textFaults("reason"), "reason-missing": "reason", "invalid-validity": "days" };

/** Delivery keys are issued, downloaded and revoked, and units' keys distrusted, each with a reason. @clause 3(1) @clause 4(1)1 */
export function datasetKeyPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const isDeliveryKey = async (c: ConsoleRequest, { code }: DatasetShown) =>
    (await findDeliveryKey(context.db, fingerprintOf(c)))?.datasetCode === code;
  const isTrusted = async (c: ConsoleRequest, { code }: DatasetShown) =>
    (await trustedKeys(context, code))?.some(({ fingerprint }) => fingerprint === fingerprintOf(c)) ?? fingerprintOf(c) !== "";

  keyStep(routes, context, {
    ...{ path: `${DATASET_PATH}/delivery-keys`, action: "issueDeliveryKey", gives: true },
    words: ({ keys }) => ({ title: keys.issueTitle, intro: keys.issueIntro, submit: keys.issueSubmit }),
    fields: issueFields,
    request: (_, { code }, who, form) => ({
      ...{ action: "issue", dataset: code, version: form.one("kind") === "6" ? 6 : 4, rsa: form.one("kind") === "rsa" },
      ...{ days: Number(form.one("days") || Number.NaN), ...who },
    }),
    done: ({ code }, fingerprint) => `${datasetPath(code)}?issued=${fingerprint}`,
  });

  keyStep(routes, context, {
    ...{ path: `${DATASET_PATH}/delivery-keys/:fingerprint/revoke`, action: "revokeDeliveryKey", isThere: isDeliveryKey },
    words: ({ keys }, fingerprint) => ({ title: keys.revokeTitle, intro: keys.revokeIntro(fingerprint), submit: keys.revokeSubmit }),
    request: (c, _, who) => ({ action: "revoke", fingerprint: fingerprintOf(c), ...who }),
  });

  keyStep(routes, context, {
    ...{ path: `${DATASET_PATH}/trusted-keys/:fingerprint/distrust`, action: "distrustSupplierKey", isHeld: isTrusted },
    words: ({ keys }, fingerprint, names) => ({
      ...{ title: keys.distrustTitle, intro: keys.distrustIntro(fingerprint, names), submit: keys.distrustSubmit },
    }),
    request: (c, { code }, who) => ({ action: "distrust", dataset: code, fingerprint: fingerprintOf(c), ...who }),
  });

  routes.get(`${DATASET_PATH}/delivery-keys/:fingerprint/key.asc`, "issueDeliveryKey", async (c, visit) => {
    const key = await findDeliveryKey(context.db, fingerprintOf(c));
    if (key === undefined || key.datasetCode !== c.req.param("code")) return messagePage(c, visit, 404, visit.text.message.notFound);
    return download(c, { name: [key.datasetCode, key.fingerprint.slice(-8)], format: "asc" }, key.publicKey);
  });
}

/** What a path names; nothing when it names none. */
function fingerprintOf(c: ConsoleRequest): string {
  const fingerprint = c.req.param("fingerprint") ?? "";
  return /^[0-9a-f]{40,64}$/.test(fingerprint) ? fingerprint : "";
}

/** A step about keys, with a page of its own, which says what will happen and asks why. */
interface KeyStep {
  readonly path: string;
  readonly action: ConsoleAction;
  /** Whether it gives rather than takes. */
  readonly gives?: boolean;
  /** Whether what the path names is on record; undefined: it isn't there, or whoever holds the keys tells. */
  readonly isThere?: (c: ConsoleRequest, dataset: DatasetShown) => Promise<boolean>;
  /** Whether there is something to ask for; who sends the step is told by whoever holds the keys. */
  readonly isHeld?: (c: ConsoleRequest, dataset: DatasetShown) => Promise<boolean>;
  readonly words: (
    datasets: Visit["text"]["datasets"],
    fingerprint: string,
    datasetNames: string,
  ) => { readonly title: string; readonly intro: string; readonly submit: string };
  /** What is asked for besides the reason. */
  readonly fields?: (visit: Visit, form: SentForm | undefined, fault: Shown | undefined) => Html;
  readonly request: (
    c: ConsoleRequest,
    dataset: DatasetShown,
    who: { readonly actor: string; readonly reason: string },
    form: SentForm,
  ) => DatasetKeyRequest;
  /** Where one goes then; undefined: to the dataset. */
  readonly done?: (dataset: DatasetShown, fingerprint: string) => string;
}

function keyStep(routes: ConsoleRoutes, context: ConsoleContext, step: KeyStep): void {
  const { path, action, isThere } = step;
  const datasetOf = async (c: ConsoleRequest) => {
    const dataset = await findDatasetShown(c, context);
    return dataset === undefined || (isThere !== undefined && !(await isThere(c, dataset))) ? undefined : dataset;
  };

  function show(c: ConsoleRequest, visit: Visit, dataset: DatasetShown, form?: SentForm, fault?: Shown): Response | Promise<Response> {
    const { text } = visit;
    const { title, intro, submit } = step.words(text.datasets, spacedFingerprint(fingerprintOf(c)), sameUnitNames(text, dataset));
    const body = html`<div class="narrow"><p class="quiet">${datasetName(text, dataset)}</p>
<h1 class="ds-heading" data-size="md">${title}</h1>
${faultSummary(text, fault)}<p class="ds-alert" data-color="${step.gives === true ? "info" : "warning"}">${intro}</p>
<form method="post" action="${c.req.path}" class="stack">${formToken(visit)}${requestField(form)}${step.fields?.(visit, form, fault) ?? NOTHING}${reasonField(
      visit,
      fault,
      {
        reason: form?.one("reason") ?? "",
      },
    )}
<div class="buttons"><button class="ds-button"${step.gives === true ? NOTHING : html` data-color="danger"`}>${submit}</button><a class="ds-link" href="${datasetPath(
      dataset.code,
    )}">${text.datasets.back}</a></div></form></div>`;
    return page(c, visit, { title, body, status: fault?.status ?? 200 });
  }

  routes.get(path, action, async (c, visit) => {
    const dataset = await datasetOf(c);
    return dataset === undefined || (await step.isHeld?.(c, dataset)) === false
      ? messagePage(c, visit, 404, visit.text.message.notFound)
      : show(c, visit, dataset, keptFor(visit, c.req.path));
  });
  routes.post(path, action, async (c, visit, form) => {
    const dataset = await datasetOf(c);
    if (dataset === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const request = step.request(c, dataset, { actor: visit.actor(action).account, reason: form.one("reason") }, form);
    const named = fingerprintOf(c);
    return takeOnTrail(context, visit, {
      ...{ action, object: `dataset/${dataset.code}${named === "" ? "" : `/${named}`}`, fieldOf: FIELD_OF },
      take: () => context.datasets.keys(request, requestIn(form)),
      done: ({ fingerprint = "" }) => c.redirect(step.done?.(dataset, fingerprint) ?? datasetPath(dataset.code), 303),
      refused: (fault) => show(c, visit, dataset, form, fault),
    });
  });
}

function issueFields({ text }: Visit, form: SentForm | undefined, fault: Shown | undefined): Html {
  const { keys } = text.datasets;
  const kind = form?.one("kind") ?? "4";
  return html`${field({
    ...{ name: "days", label: keys.issueDays, hint: keys.issueDaysHint, value: form?.one("days") ?? USUAL_DAYS },
    ...{ inputmode: "numeric", size: 4, fault },
  })}${select(
    "kind",
    keys.kind,
    KINDS.map((one) => [one, keys.kindOf[one]] as const),
    kind,
  )}`;
}
