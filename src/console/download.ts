import { PassThrough, Readable, type Writable } from "node:stream";
import { type QueryLogDocument, writeDocumentTo } from "../query-log-document.ts";
import type { ConsoleContext } from "./context.ts";
import type { ConsoleRequest, Visit } from "./visit.ts";

const TYPE = { pdf: "application/pdf", csv: "text/csv; charset=utf-8", asc: "application/pgp-keys" } as const;

/** A file as its reader will keep it: to be saved or printed, and never shown as a page of ours, whatever is in it. */
export interface DownloadedFile {
  /** What it is, and which one of them, in the reader's words: a folder holds many. */
  readonly name: readonly string[];
  readonly format: keyof typeof TYPE;
}

/** What some system takes in no file's name; a day in slashes reads without them. */
const IN_NO_FILE_NAME = /[\s/\\:*?"<>|\p{Cc}\p{Cf}]/gu;

/** A text as a header may hold it (RFC 8187). */
function headerText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/['()]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

/** Sends a file that is there as a whole. */
export function download(
  c: ConsoleRequest,
  { name, format }: DownloadedFile,
  content: string | Uint8Array<ArrayBuffer> | ReadableStream,
): Response {
  return c.body(content, 200, {
    "content-type": TYPE[format],
    "content-disposition": `attachment; filename*=UTF-8''${headerText(name.join("_").replaceAll(IN_NO_FILE_NAME, ""))}.${format}`,
  });
}

/** Sends a file while it is being written; one that breaks off is no whole file to a browser. */
export function downloadWritten(
  { logger }: ConsoleContext,
  c: ConsoleRequest,
  file: DownloadedFile,
  write: (sink: Writable) => Promise<unknown>,
): Response {
  const sink = new PassThrough();
  write(sink).catch((error: unknown) => {
    logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "a document was not sent to its end");
    sink.destroy(error instanceof Error ? error : undefined);
  });
  return download(c, file, Readable.toWeb(sink) as ReadableStream);
}

/** Sends a document of opened entries. @clause 4(2)3 */
export function downloadEntries(
  context: ConsoleContext,
  c: ConsoleRequest,
  visit: Visit,
  { document, ...file }: DownloadedFile & { readonly format: "pdf" | "csv"; readonly document: QueryLogDocument },
): Response {
  const printing = { printedAt: visit.now, printedBy: visit.account ?? "" };
  return downloadWritten(context, c, file, (sink) => writeDocumentTo(document, file.format, sink, printing));
}
