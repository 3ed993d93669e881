import { encode } from "uqr";

/** A text as the path of a QR code: one unit a module, for an SVG of `size` units with a quiet border. */
export function qrPath(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return { path, size };
}
