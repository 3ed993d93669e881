import { createRequire } from "node:module";

/** How a text looks: size in points, and a grey or colour as the operands of PDF's `rg`. */
export interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
}

/** The two weights of a document's font: measures texts, and turns them into PDF's operators. */
export interface PdfFonts {
  /** The resources of a page or a form that texts stand on. */
  resources(): Record<string, unknown>;
  /** How far a character moves on, in ems. A character that the font lacks takes the room of its substitute. */
  advanceOf(character: string, bold?: boolean): number;
  /** Operators that draw a text. `up` is -1 on a page, whose y goes down, and 1 where it goes up. */
  operators(text: string, x: number, baseline: number, style: TextStyle, up: 1 | -1): string;
}

/** What pdfkit's embedded fonts can do; its types leave them out. */
interface EmbeddedFont {
  readonly id: string;
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
  ref(): unknown;
  /** With features (here none) nothing is cached for each text. */
  encode(text: string, features: readonly string[]): [glyphs: string[], positions: { advanceWidth: number }[]];
}

/** A character as it is drawn: its glyph (empty for what is invisible by nature), or none where the font lacks it. */
interface Drawn {
  readonly glyph: string | undefined;
  readonly advance: number;
}

const resolve = createRequire(import.meta.url).resolve;
export const REGULAR = resolve("@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf");
const BOLD = resolve("@expo-google-fonts/noto-sans-tc/700Bold/NotoSansTC_700Bold.ttf");
export const INK = "0.1 0.1 0.12";
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u;
const SUBSTITUTE = "〓";
/** The code point under a substitute, in ems of the text that it stands in. */
const CODE_SIZE = 0.42;
const CODE_DROP = 0.5;

/**
 * Embeds the fonts, only the glyphs that are used. A character that they lack (rare, private use) is drawn as 〓 with its code point under it,
 * so that it is seen and never guessed at.
 */
export function embedFonts(doc: PDFKit.PDFDocument): PdfFonts {
  const weights = [weight(doc.font(REGULAR)), weight(doc.font(BOLD))] as const;
  const of = (bold: boolean | undefined) => weights[bold ? 1 : 0];

  function advanceOf(character: string, bold?: boolean): number {
    const { advance, glyph } = of(bold).drawn(character);
    return glyph === undefined ? Math.max(1, codeWidth(character)) + 0.1 : advance;
  }

  function codeWidth(character: string): number {
    return [...codeOf(character)].reduce((width, letter) => width + of(false).drawn(letter).advance * CODE_SIZE, 0);
  }

  return {
    resources: () => Object.fromEntries(weights.map(({ font }) => [font.id, font.ref()])),
    advanceOf,
    operators(text, x, baseline, { size, bold, colour = INK }, up) {
      const { font, drawn } = of(bold);
      const parts: string[] = [];
      let at = x;
      let run = "";
      let runAt = x;
      const show = (glyphs: string, fontId: string, fontSize: number, fromX: number, y: number) =>
        parts.push(`/${fontId} ${number(fontSize)} Tf 1 0 0 ${up} ${number(fromX)} ${number(y)} Tm <${glyphs}> Tj`);
      const flush = () => {
        if (run !== "") show(run, font.id, size, runAt, baseline);
        run = "";
      };
      for (const character of text) {
        const { glyph } = drawn(character);
        const advance = advanceOf(character, bold);
        if (glyph === undefined) {
          flush();
          show(drawn(SUBSTITUTE).glyph ?? "", font.id, size, at + ((advance - 1) / 2) * size, baseline);
          const code = [...codeOf(character)].map((letter) => of(false).drawn(letter).glyph).join("");
          show(code, of(false).font.id, size * CODE_SIZE, at, baseline - up * size * CODE_DROP);
        } else if (glyph !== "") {
          if (run === "") runAt = at;
          run += glyph;
        }
        at += advance * size;
      }
      flush();
      return parts.length === 0 ? "" : `BT ${colour} rg ${parts.join(" ")} ET`;
    },
  };
}

/** A weight with the characters that it has drawn so far. */
function weight(doc: PDFKit.PDFDocument) {
  const font = (doc as unknown as { _font: EmbeddedFont })._font;
  const known = new Map<string, Drawn>();
  const lookUp = (character: string): Drawn => {
    if (INVISIBLE.test(character)) return { glyph: "", advance: 0 };
    if (!font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) return { glyph: undefined, advance: 1 };
    const [[glyph = ""], [position]] = font.encode(character, []);
    return { glyph, advance: (position?.advanceWidth ?? 0) / 1000 };
  };
  const drawn = (character: string): Drawn => {
    const look = known.get(character) ?? lookUp(character);
    known.set(character, look);
    return look;
  };
  return { font, drawn };
}

/** `U+2A6A5`, as Unicode writes it. */
function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A number as PDF takes it. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
