import type { ConsoleRequest } from "./visit.ts";

/** Answers with a PDF, to be kept or printed: whatever is in it, it isn't run on our page. */
export function pdfAnswer(c: ConsoleRequest, content: Uint8Array, fileName: string): Response {
  return c.body(new Uint8Array(content), 200, {
    "content-type": "application/pdf",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}.pdf`,
  });
}
