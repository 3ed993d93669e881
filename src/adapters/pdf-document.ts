import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import PdfKit from "pdfkit";
import { embedFonts, INK, number, REGULAR, type TextStyle } from "./pdf-font.ts";

/** A text that is known only when all pages are written, such as how many they are; it may stand on every page. */
export interface LaterText {
  place(x: number, baseline: number): void;
  fill(text: string): void;
}

/** An A4 document that is written as it grows. Places are in points from the upper left corner of the page. */
export interface PdfDocument {
  readonly width: number;
  readonly height: number;
  /** Begins a page; resolves when what was written before has gone on to the sink, so that memory doesn't grow with the pages. */
  addPage(): Promise<void>;
  /** How far a character moves on, in ems. */
  advanceOf(character: string, bold?: boolean): number;
  text(text: string, x: number, baseline: number, style: TextStyle): void;
  line(fromX: number, fromY: number, toX: number, toY: number, width: number, colour?: string): void;
  /** A rectangle: filled with a grey, or outlined in a colour. */
  rectangle(x: number, y: number, width: number, height: number, paint: { fill: number } | { stroke: string; width: number }): void;
  later(style: TextStyle): LaterText;
  /** Resolves when the sink has everything. */
  end(): Promise<void>;
}

export interface PdfOptions {
  readonly title: string;
  readonly author: string;
  /** Epoch milliseconds; the document's date, so that the same input gives the same bytes. */
  readonly createdAt: number;
  readonly landscape: boolean;
}

/** Bytes kept in memory before we wait for the sink. */
const UNWRITTEN_LIMIT = 1 << 20;
const SHORT_SIDE = 595.28;
const LONG_SIDE = 841.89;

/** Resolves when a sink may take more. One that takes everything at once never drains: what it is piped only waits for its turn. */
const room = (sink: Writable) => (sink.writableNeedDrain ? once(sink, "drain") : setImmediate());

/** Opens a document on a sink. */
export function createPdfDocument(sink: Writable, { title, author, createdAt, landscape }: PdfOptions): PdfDocument {
  const doc = new PdfKit({
    size: "A4",
    layout: landscape ? "landscape" : "portrait",
    margin: 0,
    autoFirstPage: false,
    pdfVersion: "1.7",
    lang: "zh-TW",
    displayTitle: true,
    font: REGULAR,
    info: { Title: title, Author: author, Creator: author, Producer: "pdfkit", CreationDate: new Date(createdAt) },
  });
  const written = finished(sink, { readable: false });
  // Its failure is told where we wait for the sink.
  written.catch(() => undefined);
  doc.pipe(sink);
  const fonts = embedFonts(doc);
  let laterTexts = 0;

  return {
    width: landscape ? LONG_SIDE : SHORT_SIDE,
    height: landscape ? SHORT_SIDE : LONG_SIDE,
    async addPage() {
      doc.addPage();
      Object.assign(doc.page.fonts, fonts.resources());
      while (doc.readableLength > UNWRITTEN_LIMIT) await Promise.race([room(sink), written]);
    },
    advanceOf: fonts.advanceOf,
    text: (text, x, baseline, style) => void doc.addContent(fonts.operators(text, x, baseline, style, -1)),
    line: (fromX, fromY, toX, toY, width, colour = INK) =>
      void doc.addContent(`${colour} RG ${number(width)} w ${number(fromX)} ${number(fromY)} m ${number(toX)} ${number(toY)} l S`),
    rectangle(x, y, width, height, paint) {
      const path = `${[x, y, width, height].map(number).join(" ")} re`;
      doc.addContent("fill" in paint ? `${paint.fill} g ${path} f` : `${paint.stroke} RG ${number(paint.width)} w ${path} S`);
    },
    later(style) {
      laterTexts += 1;
      const name = `Later${laterTexts}`;
      // A form that pages name now and that gets its content at the end: no page needs to be kept until then.
      const form = doc.ref({
        Type: "XObject",
        Subtype: "Form",
        BBox: [0, -style.size, LONG_SIDE, 2 * style.size],
        Resources: { Font: fonts.resources() },
      });
      return {
        place(x, baseline) {
          doc.page.xobjects[name] = form;
          doc.addContent(`q 1 0 0 -1 ${number(x)} ${number(baseline)} cm /${name} Do Q`);
        },
        fill: (text) => form.end(fonts.operators(text, 0, 0, style, 1)),
      };
    },
    async end() {
      doc.end();
      await written;
    },
  };
}
