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

/** A piece of text and its place in points, from the lower left corner of its page. */
export interface PlacedText {
  readonly page: number;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export async function placesOf({ bytes }: ReadPdf): Promise<PlacedText[]> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const places: PlacedText[] = [];
  for (let page = 1; page <= document.numPages; page += 1) {
    const { items } = await (await document.getPage(page)).getTextContent();
    for (const item of items)
      if ("str" in item && item.str.trim() !== "")
        places.push({ page, text: item.str, x: item.transform[4], y: item.transform[5], width: item.width });
  }
  return places;
}

async function collect(stream: PassThrough): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
