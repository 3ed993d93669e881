import { findCertificate } from "../../../db/queries/dataset-import-certificate.ts";
import { writeDestructionCertificates } from "../../reports/destruction-certificate.ts";
import type { ConsoleContext } from "../context.ts";
import { downloadWritten } from "../download.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { DATASETS_PATH, UUID } from "./datasets.ts";
import { messagePage } from "./message.ts";

/** 銷毀紀錄, on paper; each is on the trail. @clause 4(4) */
export function datasetCertificates(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get(`${DATASETS_PATH}/certificates/:certificate/certificate.pdf`, "printDestruction", async (c, visit) => {
    const certificateId = c.req.param("certificate") ?? "";
    const certificate = UUID.test(certificateId) ? await findCertificate(context.db, certificateId) : undefined;
    if (certificate === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    await visit.note("printDestruction", `certificate/${certificateId}`);
    const printing = { documentNumber: `DC-${certificateId.slice(0, 8)}`, printedAt: visit.now, printedBy: visit.account ?? "" };
    const file = { name: [visit.text.datasets.keys.certificate, certificateId.slice(0, 8)], format: "pdf" } as const;
    return downloadWritten(context, c, file, (sink) => writeDestructionCertificates([certificate], printing, sink));
  });
}
