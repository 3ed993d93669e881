import { isCount } from "./tree.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/** Text of valid UTF-8, every character kept, or undefined. A string is valid unless it has half a surrogate pair. */
export function parseUtf8(text: string | Uint8Array): string | undefined {
  if (typeof text === "string") return text.isWellFormed() ? text : undefined;
  try {
    return utf8.decode(text);
  } catch {
    return undefined;
  }
}

/** An ASCII decimal without sign or leading zeros, up to 2^53 - 1, or undefined. */
export function parseDecimal(text: string): number | undefined {
  return DECIMAL.test(text) && isCount(Number(text)) ? Number(text) : undefined;
}

/** The bytes of base64 (RFC 4648 §4) with its padding and in the one form that encoding gives, or undefined. */
export function parseBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
