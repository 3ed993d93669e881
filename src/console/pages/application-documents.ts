import { findLetter } from "../../../db/queries/application-draft.ts";
import { readIntegration } from "../../../db/queries/integration-record.ts";
import { applicationDocument } from "../../domain/integration-document.ts";
import { openLetter } from "../application-draft.ts";
import { applicationPdf, pdfAnswer } from "../application-pdf.ts";
import type { ConsoleContext } from "../context.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { numberOf } from "./integration-step.ts";
import { messagePage } from "./message.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An application on paper, and the letters that came with it; each is on the trail before it is given. */
export function applicationDocuments(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/integrations/:number/application.pdf", "printApplication", async (c, visit) => {
    const integration = await readIntegration(context.db, numberOf(c));
    if (integration === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const form = { ...applicationDocument(integration), printedAt: visit.now, printedBy: visit.account ?? "" };
    await visit.note("printApplication", `integration/${integration.integrationNumber}`);
    return applicationPdf(c, form);
  });

  routes.get("/console/integrations/:number/letters/:letter", "readLetter", async (c, visit) => {
    const [number, letter] = [numberOf(c), c.req.param("letter") ?? ""];
    const sealed = UUID.test(letter) ? await findLetter(context.db, number, letter) : undefined;
    if (sealed === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const content = await visit.onTrail("readLetter", `integration/${number}/letters/${letter}`, async () =>
      openLetter(context, letter, sealed),
    );
    return pdfAnswer(c, content, `${number}-${letter.slice(0, 8)}`);
  });
}
