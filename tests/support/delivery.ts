import { createHash } from "node:crypto";
import iconv from "iconv-lite";
import { checkDigit } from "../../src/domain/national-id.ts";

/** A made-up person's row of the household register. */
export interface MadeUpRow {
  readonly nationalId: string;
  readonly name: string;
  readonly birthDate: string;
  readonly indigenous: string;
}

const SURNAMES = "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅";
const GIVEN = "明華玉英芳偉秀娟敏靜麗強磊軍洋勇艷傑濤超雅婷怡君志豪淑惠冠宇宗翰佳穎";

/** Made-up people: valid ID numbers, names that nobody bears on purpose. @param seed makes another set */
export function madeUpRows(count: number, seed = 0): MadeUpRow[] {
  return Array.from({ length: count }, (_, index) => {
    const firstNine = `M${1 + (index % 2)}${String((seed * 1_000_003 + index * 7) % 10_000_000).padStart(7, "0")}`;
    const name = `${SURNAMES[index % 20]}${GIVEN[(index * 7) % GIVEN.length]}${GIVEN[(index * 13 + 5 + seed) % GIVEN.length]}`;
    const birthDate = `${String(20 + (index % 90)).padStart(3, "0")}${String(1 + (index % 12)).padStart(2, "0")}${String(1 + (index % 28)).padStart(2, "0")}`;
    return { nationalId: firstNine + checkDigit(firstNine), name, birthDate, indigenous: index % 10 === 0 ? "山地" : "" };
  });
}

/** How a supplier writes its file. */
export interface FileStyle {
  readonly encoding?: "utf-8" | "utf-8-bom" | "big5";
  readonly newline?: "\n" | "\r\n";
  readonly quoted?: boolean;
  readonly header?: string;
  /** `inside`: the last line; `none`: no manifest. */
  readonly manifest?: "inside" | "none";
  readonly dataset?: string;
  readonly asOf?: string;
  /** What the manifest claims where it shall be wrong. */
  readonly claimedRows?: number;
  readonly claimedHash?: string;
}

export const HOUSEHOLD_HEADER = "統一編號,姓名,出生日期,原住民身分";
export const LIST_HEADER = "統一編號,起日,迄日";

/** A household register file in plain text. */
export function householdFile(rows: readonly MadeUpRow[], style: FileStyle = {}): Buffer {
  return sourceFile(
    rows.map((row) => [row.nationalId, row.name, row.birthDate, row.indigenous]),
    { header: HOUSEHOLD_HEADER, dataset: "household", ...style },
  );
}

/** A source file in plain text. */
export function sourceFile(rows: readonly (readonly string[])[], style: FileStyle): Buffer {
  const { newline = "\n", quoted = false, header = LIST_HEADER, encoding = "utf-8" } = style;
  const line = (fields: readonly string[]) =>
    fields.map((field) => (quoted ? `"${field.replaceAll('"', '""')}"` : field)).join(",") + newline;
  const text = header + newline + rows.map(line).join("");
  const data = encoding === "big5" ? iconv.encode(text, "cp950") : Buffer.from((encoding === "utf-8-bom" ? "\ufeff" : "") + text);
  return style.manifest === "none" ? data : Buffer.concat([data, Buffer.from(manifestOf(data, rows.length, style) + newline)]);
}

/** A manifest line. */
export function manifestOf(data: Uint8Array, rows: number, style: FileStyle): string {
  const {
    dataset = "household",
    asOf = "2026-11-01",
    claimedRows = rows,
    claimedHash = createHash("sha256").update(data).digest("hex"),
  } = style;
  return `#manifest dataset=${dataset} as_of=${asOf} rows=${claimedRows} sha256=${claimedHash}`;
}
