import { PassThrough } from "node:stream";
import { getDocumentProxy } from "unpdf";

/** A document read back: its text page by page, as a reader finds it. */
export interface ReadPdf {
  readonly bytes: Buffer;
  readonly pages: readonly string[];
  readonly text: string;
  readonly title: string;
}

/** Has something write a document, and reads it back. */
export async function writeAndRead<Result>(write: (sink: PassThrough) => Promise<Result>): Promise<ReadPdf & { readonly result: Result }> {
  const sink = new PassThrough();
  const collected = collect(sink);
  const result = await write(sink);
  return { ...(await readPdf(await collected)), result };
}

export async function readPdf(bytes: Buffer): Promise<ReadPdf> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ("str" in item ? item.str : "")).join("|"));
  }
  const { info } = await document.getMetadata();
  return { bytes, pages, text: pages.join("\n"), title: "Title" in info ? String(info.Title) : "" };
}

async function collect(stream: PassThrough): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
