import { html } from "hono/html";
import { type DestructionCertificate, listCertificates } from "../../../db/queries/dataset-import-certificate.ts";
import {
  findImport,
  type ImportEvent,
  type ImportOnRecord,
  listDatasetsOnRecord,
  listImportEvents,
} from "../../../db/queries/dataset-import-reading.ts";
import { datasetAge } from "../../domain/dataset-age.ts";
import { requireDecision } from "../../domain/quarantine.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { assetPath } from "../assets.ts";
import type { ConsoleContext } from "../context.ts";
import {
  certificatePath,
  datasetName,
  datasetPath,
  fingerprintCode,
  importPath,
  importTag,
  shownStage,
  unitName,
} from "../dataset-words.ts";
import { faultSummary, textFaults } from "../fields.ts";
import { keptFor } from "../kept.ts";
import { clock, formToken, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { type Shown, takeOnTrail } from "../step-taking.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { facts } from "../words.ts";
import { DATASETS_PATH, deliverer, UUID } from "./datasets.ts";
import { reasonField } from "./integration-typed.ts";
import { messagePage } from "./message.ts";

const PATH = `${DATASETS_PATH}/imports/:import`;
const PROGRESS_SCRIPT = assetPath("import-progress.js");
const FIELD_OF = { ...textFaults("reason"), "reason-missing": "reason" };

/** One import: what happens next, all that happened, and the decision about a file that was rejected. @clause 4(1)1 @clause 4(1)3 @clause 4(4) */
export function datasetImportPage(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(PATH, "seeDatasets", (c, visit) => showImport(c, visit, context));

  // For the page's script: it looks again and again, which is no use of the session.
  routes.get(
    `${PATH}/progress`,
    "seeDatasets",
    async (c, visit) => {
      const found = await importOf(c, context);
      if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
      return c.json({ stage: shownStage(found), sentence: await leadOf(visit, context, found) });
    },
    { looksOnly: true },
  );

  routes.post(PATH, "decideQuarantine", async (c, visit, form) => {
    const found = await importOf(c, context);
    if (found === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const [choice, reason] = [form.one("choice") as "destroy" | "retry", form.one("reason")];
    const { account: actor } = visit.actor("decideQuarantine");
    return takeOnTrail(context, visit, {
      ...{ action: "decideQuarantine", object: `dataset-import/${found.importId}`, fieldOf: FIELD_OF },
      take: async () => {
        // Since the page was opened it may have been tried again, and rejected for another reason.
        requireDecision(form.one("seen") === String(found.rejections), { choice, actor, reason });
        await context.datasets.decide(found.importId, { choice, actor, reason });
      },
      done: () => c.redirect(importPath(found.importId), 303),
      refused: (fault) => showImport(c, visit, context, fault, reason),
    });
  });
}

async function importOf(c: ConsoleRequest, { db }: ConsoleContext): Promise<ImportOnRecord | undefined> {
  const importId = c.req.param("import") ?? "";
  return UUID.test(importId) ? findImport(db, importId) : undefined;
}

/** What happens next, and by when. */
async function leadOf({ text, today }: Visit, { db }: ConsoleContext, found: ImportOnRecord): Promise<string> {
  const { lead } = text.datasets.imports;
  const stage = shownStage(found);
  const rows = text.datasets.count(found.rowsRead - found.badRows);
  if (stage === "quarantined" && found.quarantinedUntil !== null) {
    const until = found.quarantinedUntil.getTime();
    return lead.quarantined(text.dayAhead(taipeiDate(until), today));
  }
  if (stage === "loading") return lead.loading(text.datasets.count(found.rowsRead));
  if (stage !== "imported") return lead[stage](rows);
  const dataset = (await listDatasetsOnRecord(db)).find(({ code }) => code === found.datasetCode);
  const age = dataset && datasetAge(dataset, today);
  // What has been replaced since asks for nothing any more.
  return age === undefined || age.standing === "empty" || dataset?.asOf !== found.asOf
    ? lead.imported(rows)
    : lead.importedUntil(rows, text.dayAhead(age.lastDay, today));
}

async function showImport(c: ConsoleRequest, visit: Visit, context: ConsoleContext, fault?: Shown, reason = ""): Promise<Response> {
  const { text } = visit;
  const words = text.datasets.imports;
  const found = await importOf(c, context);
  if (found === undefined) return messagePage(c, visit, 404, text.message.notFound);
  const [lead, events, certificates] = await Promise.all([
    leadOf(visit, context, found),
    listImportEvents(context.db, found.importId),
    listCertificates(context.db, found.importId),
  ]);
  const stage = shownStage(found);
  const moves = stage !== "imported" && stage !== "rejected" && stage !== "quarantined";
  const title = words.one(found.fileName);
  const body = html`<p class="quiet"><a class="ds-link" href="${DATASETS_PATH}">${text.datasets.title}</a></p>
<h1 class="ds-heading" data-size="md">${title} ${importTag(text, stage)}</h1>
${faultSummary(text, fault)}
${
  moves
    ? html`<p class="lead" role="status" data-import-progress="${importPath(found.importId)}/progress" data-stage="${stage}">${lead}</p>
<p><a class="ds-link" href="${importPath(found.importId)}">${words.reload}</a></p><script type="module" src="${PROGRESS_SCRIPT}"></script>`
    : html`<p class="lead">${lead}</p>`
}
${rejectionSection(visit, found)}
${facts(factsOf(visit, found))}
${certificatesSection(visit, certificates)}
${timelineSection(visit, events)}
${stage === "quarantined" && visit.may("decideQuarantine") ? decisionForm(visit, found, fault, reason) : NOTHING}`;
  return page(c, visit, { title, body, status: fault?.status ?? 200 });
}

function factsOf({ text }: Visit, found: ImportOnRecord): (readonly [term: string, description: Html | string])[] {
  const { datasets } = text;
  const words = datasets.imports;
  const {
    datasetCode: code,
    datasetName: name,
    ownerUnit,
    signerFingerprint,
    signedAt,
    recipientFingerprint,
    asOf,
    quarantinedUntil,
  } = found;
  return [
    [
      datasets.name,
      code === null || name === null
        ? words.unknownDataset
        : html`<a class="ds-link" href="${datasetPath(code)}">${datasetName(text, { code, name })}</a>`,
    ],
    [datasets.asOf, asOf === null ? "—" : text.day(asOf)],
    ...(quarantinedUntil === null ? [] : [[words.waitsUntil, clock(text, quarantinedUntil.getTime())] as const]),
    // Of a file that was rejected before its end was read, nobody knows.
    [words.rowsRead, found.rowsRead === 0 ? "—" : datasets.count(found.rowsRead)],
    [words.badRows, found.rowsRead === 0 ? "—" : datasets.count(found.badRows)],
    [
      words.signer,
      signerFingerprint === null
        ? words.notSigned
        : html`${words.signedBy(ownerUnit === null ? "" : unitName(text, ownerUnit), signedAt === null ? "" : clock(text, signedAt.getTime()))}<br>${fingerprintCode(signerFingerprint)}`,
    ],
    ...(recipientFingerprint === null ? [] : [[words.recipient, fingerprintCode(recipientFingerprint)] as const]),
    [words.size, words.bytes(found.fileBytes)],
    [words.deliveredBy, deliverer(text, found)],
    [words.number, html`<code class="long">${found.importId}</code>`],
  ];
}

function rejectionSection({ text }: Visit, { stage, rejectionCode, rejectedLines }: ImportOnRecord): Html {
  if (rejectionCode === null || (stage !== "quarantined" && stage !== "rejected")) return NOTHING;
  const { imports, rejection, problemOf } = text.datasets;
  const lines = rejectedLines ?? [];
  const table = html`<h3 class="ds-heading" data-size="2xs">${imports.lines}</h3><p class="quiet">${imports.linesIntro}</p>
<table class="ds-table cards"><thead><tr><th scope="col">${imports.line}</th><th scope="col">${imports.problem}</th></tr></thead><tbody>${lines.map(
    ({ line, code }) =>
      html`<tr><th scope="row" class="number">${line.toLocaleString("en")}</th><td data-label="${imports.problem}">${problemOf[code]}　<code>${code}</code></td></tr>`,
  )}</tbody></table>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${imports.why}</h2><p class="ds-alert" data-color="warning">${rejection[rejectionCode]}　<code>${rejectionCode}</code></p>${
    lines.length === 0 ? NOTHING : table
  }</section>`;
}

function decisionForm(visit: Visit, { importId, rejections }: ImportOnRecord, fault: Shown | undefined, reason: string): Html {
  const { imports } = visit.text.datasets;
  return html`<section class="decision"><h2 class="ds-heading" data-size="xs">${imports.decide}</h2><p>${imports.decideIntro}</p>
<form method="post" action="${importPath(importId)}" class="stack">${formToken(visit)}<input type="hidden" name="seen" value="${rejections}">${reasonField(visit, fault, { reason: reason || (keptFor(visit, importPath(importId))?.one("reason") ?? "") })}
<div class="buttons"><button class="ds-button" name="choice" value="retry">${imports.retry}</button><button class="ds-button" data-color="danger" name="choice" value="destroy">${
    imports.destroy
  }</button></div></form></section>`;
}

function certificatesSection({ text, may }: Visit, certificates: readonly DestructionCertificate[]): Html {
  if (certificates.length === 0) return NOTHING;
  const { imports } = text.datasets;
  const line = ({ certificateId, destroyedObject, destroyedAt }: DestructionCertificate) => {
    const name = imports.certificate(imports.destroyed[destroyedObject], clock(text, destroyedAt.getTime()));
    return html`<li>${may("printDestruction") ? html`<a class="ds-link" href="${certificatePath(certificateId)}">${name}</a>` : name}</li>`;
  };
  return html`<section><h2 class="ds-heading" data-size="xs">${imports.certificates}</h2><ul class="documents">${certificates.map(line)}</ul></section>`;
}

function timelineSection({ text }: Visit, events: readonly ImportEvent[]): Html {
  const { imports } = text.datasets;
  const line = ({ at, event, code, actor, choice, reason }: ImportEvent) => {
    const what = event === "decided" && choice !== null ? imports.decidedTo[choice] : imports.stateOf[event];
    return html`<li><p><strong>${what}</strong>　${clock(text, at.getTime())}</p>${
      code === null ? NOTHING : html`<p><code>${code}</code></p>`
    }${actor === null ? NOTHING : html`<p>${actor}　<span class="quiet">${text.duty.dedicatedOfficer}</span></p><p>${reason}</p>`}</li>`;
  };
  return html`<section><h2 class="ds-heading" data-size="xs">${imports.timeline}</h2><ol class="timeline">${events.map(line)}</ol></section>`;
}
