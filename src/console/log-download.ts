import { PassThrough, Readable } from "node:stream";
import { type DocumentFormat, type QueryLogDocument, writeDocumentTo } from "../query-log-document.ts";
import type { ConsoleContext } from "./context.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

const TYPE: Readonly<Record<DocumentFormat, string>> = { pdf: "application/pdf", csv: "text/csv; charset=utf-8" };

/** Sends a document of opened entries while it is being written; one that breaks off is no whole file to a browser. @clause 4(2)3 */
export function download(
  { logger }: ConsoleContext,
  c: ConsoleRequest,
  visit: Visit,
  { document, format, name }: { readonly document: QueryLogDocument; readonly format: DocumentFormat; readonly name: string },
): Response {
  const sink = new PassThrough();
  writeDocumentTo(document, format, sink, { printedAt: visit.now, printedBy: visit.account ?? "" }).catch((error: unknown) => {
    logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "a document was not sent to its end");
    sink.destroy(error instanceof Error ? error : undefined);
  });
  return c.body(Readable.toWeb(sink) as ReadableStream, 200, {
    "content-type": TYPE[format],
    "content-disposition": `attachment; filename="${name}.${format}"`,
  });
}
