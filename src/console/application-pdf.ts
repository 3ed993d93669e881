import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type ApplicationForm, writeApplicationForm } from "../reports/application-form.ts";
import type { ConsoleRequest } from "./visit.ts";

/** Answers with a PDF, to be kept or printed: whatever is in it, it isn't run on our page. */
export function pdfAnswer(c: ConsoleRequest, content: Uint8Array, fileName: string): Response {
  return c.body(new Uint8Array(content), 200, {
    "content-type": "application/pdf",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}.pdf`,
  });
}

/** Answers with 介接服務申請單. @clause 3(3) */
export async function applicationPdf(c: ConsoleRequest, form: ApplicationForm): Promise<Response> {
  const sink = new PassThrough();
  const [content] = await Promise.all([buffer(sink), writeApplicationForm(form, sink)]);
  return pdfAnswer(c, content, form.application.applicationNumber);
}
