import { html } from "hono/html";
import { type ApplicationRow, readApplications, readIntegration } from "../../../db/queries/integration-record.ts";
import { applicationDocument } from "../../domain/integration-document.ts";
import { writeApplicationForm } from "../../reports/application-form.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import type { Html } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { casePath, checkNames, stageTag } from "../words.ts";
import { numberOf } from "./integration-step.ts";
import { messagePage } from "./message.ts";

/** 介接服務申請單 of every application that there ever was, decided or not. @clause 3(3) */
export function integrationDocuments(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/integrations/:number/applications/:application/form.pdf", "seeIntegrations", async (c, visit) => {
    const [number, wanted] = [numberOf(c), c.req.param("application") ?? ""];
    const [integration, applications] = await Promise.all([readIntegration(context.db, number), readApplications(context.db, number)]);
    const document = integration && applicationDocument(integration, applications, integration.timeline, wanted);
    if (document === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const form = { ...document, printedAt: visit.now, printedBy: visit.account ?? "" };
    return downloadWritten(context, c, { name: [visit.text.applications.title, wanted], format: "pdf" }, (sink) =>
      writeApplicationForm(form, sink),
    );
  });
}

/** Every application for an integration, each with its form to print. */
export function applicationsSection({ text }: Visit, integrationNumber: string, applications: readonly ApplicationRow[]): Html {
  const { integration, integrations } = text;
  const line = ({ application, stage, approval }: ApplicationRow) => html`<tr>
<th scope="row">${application.applicationNumber}</th>
<td data-label="${integration.kind}">${text.kind[application.kind]}</td>
<td data-label="${integrations.state}">${stageTag(text, stage)}</td>
<td data-label="${integrations.scope}">${checkNames(text, (approval ?? application).checks)}</td>
<td data-label="${integration.form}"><a class="ds-link" href="${casePath(integrationNumber)}/applications/${encodeURIComponent(
    application.applicationNumber,
  )}/form.pdf">${integration.printForm}</a></td></tr>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${integration.applications}</h2>
<table class="ds-table cards"><thead><tr>${[
    integrations.number,
    integration.kind,
    integrations.state,
    integrations.scope,
    integration.form,
  ].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${applications.map(line)}</tbody></table></section>`;
}
