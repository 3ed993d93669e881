import { html } from "hono/html";
import { findLetter, type LetterOnRecord, listLetters } from "../../../db/queries/application-letter.ts";
import { readIntegration } from "../../../db/queries/integration-record.ts";
import type { Integration } from "../../domain/integration.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { type Fault, faultSummary } from "../fields.ts";
import { clock, formToken, type Html, NOTHING, page } from "../layout.ts";
import { openLetter, saveScan } from "../letter-file.ts";
import { requestField, requestIn } from "../request-id.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { formFault } from "./application-fields.ts";
import { numberOf, toRecord } from "./integration-step.ts";
import { letterField } from "./letter-field.ts";
import { messagePage } from "./message.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SCAN_PATH = "/console/integrations/:number/scan";

/** The letters that came with an integration's applications, and scans of those on paper; each opening is on the trail. */
export function integrationLetters(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { db } = context;
  routes.get("/console/integrations/:number/letters/:letter", "readLetter", async (c, visit) => {
    const [number, letter] = [numberOf(c), c.req.param("letter") ?? ""];
    const sealed = UUID.test(letter) ? await findLetter(db, number, letter) : undefined;
    if (sealed === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const object = `integration/${number}/letters/${letter}`;
    const content = await visit.onTrail("readLetter", object, async () => openLetter(context, letter, sealed));
    return download(c, { name: [visit.text.apply.letter, number, letter.slice(0, 8)], format: "pdf" }, new Uint8Array(content));
  });

  /** The application that a scan would be one of. */
  const onPaper = async (c: ConsoleRequest) => {
    const integration = await readIntegration(db, numberOf(c));
    return integration !== undefined && cameOnPaper(integration) ? underWay(integration).applicationNumber : undefined;
  };
  routes.get(SCAN_PATH, "enterApplication", async (c, visit) =>
    (await onPaper(c)) === undefined ? messagePage(c, visit, 404, visit.text.message.notFound) : showScan(c, visit),
  );
  routes.post(SCAN_PATH, "enterApplication", async (c, visit, form) => {
    const application = await onPaper(c);
    if (application === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const object = `integration/${numberOf(c)}/letters`;
    try {
      await visit.onTrail("enterApplication", object, () => saveScan(context, application, requestIn(form), form.file("letter")));
      return toRecord(c);
    } catch (error) {
      if (error instanceof RuleViolation) return showScan(c, visit, formFault(visit.text, "letter", error), form);
      throw error;
    }
  });
}

function cameOnPaper(integration: Integration): boolean {
  return underWay(integration).letter?.onPaper === true;
}

function showScan(c: ConsoleRequest, visit: Visit, fault?: Fault, form?: SentForm): Response | Promise<Response> {
  const { apply } = visit.text;
  const body = html`<div class="narrow"><p class="quiet">${numberOf(c)}</p><h1 class="ds-heading" data-size="md">${apply.scan}</h1>
${faultSummary(visit.text, fault)}<p>${apply.scanIntro}</p>
<form method="post" action="${c.req.path}" enctype="multipart/form-data" class="stack">${formToken(visit)}${requestField(form)}${letterField(visit, fault)}
<div class="buttons"><button class="ds-button">${apply.scan}</button><a class="ds-link" href="${casePath(numberOf(c))}">${apply.backToCase}</a></div></form></div>`;
  return page(c, visit, { title: apply.scan, body, status: fault === undefined ? 200 : 422 });
}

/** Every letter of an integration, and where the scan of one on paper is attached. */
export async function lettersSection(visit: Visit, { db }: ConsoleContext, integration: Integration): Promise<Html> {
  const { text } = visit;
  const { apply } = text;
  const { integrationNumber } = integration;
  const letters = await listLetters(db, integrationNumber);
  const scans = visit.may("enterApplication") && cameOnPaper(integration);
  if (letters.length === 0 && !scans) return NOTHING;
  const path = casePath(integrationNumber);
  const line = ({ attachmentId, applicationNumber, bytes, attachedAt }: LetterOnRecord) =>
    html`<li><a class="ds-link" href="${path}/letters/${attachmentId}">${apply.letterOf(
      applicationNumber ?? "",
      clock(text, attachedAt.getTime()),
      bytes.toLocaleString("en"),
    )}</a></li>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${apply.letters}</h2>${
    letters.length === 0 ? html`<p class="empty">${apply.noLetter}</p>` : html`<ul class="documents">${letters.map(line)}</ul>`
  }${scans ? html`<p><a class="ds-link" href="${path}/scan">${apply.scan}…</a></p>` : NOTHING}</section>`;
}
