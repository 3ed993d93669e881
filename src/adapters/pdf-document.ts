import { once } from "node:events";
import { createRequire } from "node:module";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import PdfKit from "pdfkit";

/** How a text looks: size in points, and a grey or colour as the operands of PDF's `rg`. */
export interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
}

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
  /** How far a character moves on, in ems. A character that the font lacks takes the room of its substitute. */
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

/** What pdfkit's embedded fonts can do; its types leave them out. */
interface EmbeddedFont {
  readonly id: string;
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
  ref(): unknown;
  /** With features (here none) nothing is cached for each text. */
  encode(text: string, features: readonly string[]): [glyphs: string[], positions: { advanceWidth: number }[]];
}

/** A character as it is drawn: its glyph, or what stands for a glyph that the font lacks. */
interface Drawn {
  readonly glyph: string | undefined;
  readonly advance: number;
}

const resolve = createRequire(import.meta.url).resolve;
const REGULAR = resolve("@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf");
const BOLD = resolve("@expo-google-fonts/noto-sans-tc/700Bold/NotoSansTC_700Bold.ttf");
const INK = "0.1 0.1 0.12";
/** Kept in memory before we wait for the sink. */
const UNWRITTEN_LIMIT = 1 << 20;
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u;
const SUBSTITUTE = "〓";
/** The code point under a substitute, in ems of the text that it stands in. */
const CODE_SIZE = 0.42;
const CODE_DROP = 0.5;

/**
 * Opens a document on a sink. Its fonts are embedded, only the glyphs that are used. A character that they lack (rare, private use) is drawn
 * as 〓 with its code point under it, so that it is seen and never guessed at.
 */
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
  const written = finished(sink);
  // Its failure is told where we wait for the sink.
  written.catch(() => undefined);
  doc.pipe(sink);
  const fonts = { regular: fontOf(doc), bold: fontOf(doc.font(BOLD)) };
  const repertoires = { regular: new Map<string, Drawn>(), bold: new Map<string, Drawn>() };
  const laterRefs: { name: string; ref: PDFKit.PDFKitReference }[] = [];

  function drawn(character: string, bold: boolean | undefined): Drawn {
    const weight = bold ? "bold" : "regular";
    const known = repertoires[weight].get(character);
    if (known !== undefined) return known;
    const look = lookUp(fonts[weight], character);
    repertoires[weight].set(character, look);
    return look;
  }

  function lookUp({ font, encode }: EmbeddedFont, character: string): Drawn {
    if (INVISIBLE.test(character)) return { glyph: "", advance: 0 };
    if (!font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
      return { glyph: undefined, advance: Math.max(1, widthOf(codeOf(character), false) * CODE_SIZE) + 0.1 };
    const [[glyph = ""], [position]] = encode(character, []);
    return { glyph, advance: (position?.advanceWidth ?? 0) / 1000 };
  }

  function widthOf(text: string, bold: boolean | undefined): number {
    return [...text].reduce((width, character) => width + drawn(character, bold).advance, 0);
  }

  /** PDF operators for a text; `flip` is -1 on a page, whose y goes down, and 1 where it goes up. */
  function operators(text: string, x: number, y: number, { size, bold, colour = INK }: TextStyle, flip: 1 | -1): string {
    const font = fonts[bold ? "bold" : "regular"];
    const parts: string[] = [];
    let at = x;
    let run = "";
    let runAt = x;
    const show = (glyphs: string, fontId: string, fontSize: number, fromX: number, baseline: number) =>
      parts.push(`/${fontId} ${number(fontSize)} Tf 1 0 0 ${flip} ${number(fromX)} ${number(baseline)} Tm <${glyphs}> Tj`);
    const flush = () => {
      if (run !== "") show(run, font.id, size, runAt, y);
      run = "";
    };
    for (const character of text) {
      const { glyph, advance } = drawn(character, bold);
      if (glyph === undefined) {
        flush();
        show(drawn(SUBSTITUTE, bold).glyph ?? "", font.id, size, at + ((advance - 1) / 2) * size, y);
        const code = [...codeOf(character)].map((letter) => drawn(letter, false).glyph).join("");
        show(code, fonts.regular.id, size * CODE_SIZE, at, y - flip * size * CODE_DROP);
      } else if (glyph !== "") {
        if (run === "") runAt = at;
        run += glyph;
      }
      at += advance * size;
    }
    flush();
    return parts.length === 0 ? "" : `BT ${colour} rg ${parts.join(" ")} ET`;
  }

  return {
    width: landscape ? 841.89 : 595.28,
    height: landscape ? 595.28 : 841.89,
    async addPage() {
      doc.addPage();
      for (const font of Object.values(fonts)) doc.page.fonts[font.id] = font.ref();
      while (doc.readableLength > UNWRITTEN_LIMIT) await Promise.race([once(sink, "drain"), written]);
    },
    advanceOf: (character, bold) => drawn(character, bold).advance,
    text: (text, x, baseline, style) => void doc.addContent(operators(text, x, baseline, style, -1)),
    line: (fromX, fromY, toX, toY, width, colour = INK) =>
      void doc.addContent(`${colour} RG ${number(width)} w ${number(fromX)} ${number(fromY)} m ${number(toX)} ${number(toY)} l S`),
    rectangle(x, y, width, height, paint) {
      const path = `${[x, y, width, height].map(number).join(" ")} re`;
      doc.addContent("fill" in paint ? `${paint.fill} g ${path} f` : `${paint.stroke} RG ${number(paint.width)} w ${path} S`);
    },
    later(style) {
      const name = `Later${laterRefs.length}`;
      const ref = doc.ref({
        Type: "XObject",
        Subtype: "Form",
        BBox: [0, -style.size, 1000, 2 * style.size],
        Resources: { Font: Object.fromEntries(Object.values(fonts).map((font) => [font.id, font.ref()])) },
      });
      laterRefs.push({ name, ref });
      return {
        place(x, baseline) {
          doc.page.xobjects[name] = ref;
          doc.addContent(`q 1 0 0 -1 ${number(x)} ${number(baseline)} cm /${name} Do Q`);
        },
        fill: (text) => ref.end(operators(text, 0, 0, style, 1)),
      };
    },
    async end() {
      doc.end();
      await written;
    },
  };
}

function fontOf(doc: PDFKit.PDFDocument): EmbeddedFont {
  const font = (doc as unknown as { _font: EmbeddedFont })._font;
  return { id: font.id, font: font.font, ref: () => font.ref(), encode: (text, features) => font.encode(text, features) };
}

/** `U+2A6A5`, as Unicode writes it. */
function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
