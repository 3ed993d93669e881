import type { Writable } from "node:stream";
import { rocMoment } from "../domain/roc-date.ts";
import { startReport, type WrittenReport } from "./report.ts";

/** A certificate of destruction, as it is on record. */
export interface CertificateOfDestruction {
  readonly certificateId: string;
  readonly objectKey: string;
  readonly importId: string | null;
  readonly destroyedObject: "delivery-file" | "delivery-key" | "generation";
  readonly particulars: object;
  readonly destroyedAt: Date;
  readonly destroyedBy: string;
}

const OBJECT_WORDS: Readonly<Record<CertificateOfDestruction["destroyedObject"], string>> = {
  "delivery-file": "資料原始檔",
  "delivery-key": "交付金鑰（私鑰）",
  generation: "已被取代之資料",
};

/** What stands in the particulars of a certificate; what is not named here is printed by its own name. */
const PARTICULAR_WORDS: Readonly<Record<string, string>> = {
  fileName: "檔名",
  sha256: "SHA-256",
  bytes: "大小（位元組）",
  rows: "筆數",
  imported: "是否匯入",
  rejection: "退件代碼",
  fileFound: "銷毀時檔案是否存在",
  steps: "銷毀方式",
  keyKind: "金鑰種類",
  keyFingerprint: "金鑰指紋",
  keyFound: "銷毀時私鑰是否存在",
  keyDestroyed: "私鑰是否銷毀",
  statement: "證明範圍",
  fingerprint: "金鑰指紋",
  generationId: "資料版次",
  asOf: "資料基準日",
  held: "內容",
};

const VALUE_WORDS: Readonly<Record<string, string>> = {
  true: "是",
  false: "否",
  null: "無",
  delivery: "單次交付金鑰",
  standing: "常設金鑰",
  none: "未開啟",
  "overwritten once with random bytes": "以隨機位元組覆寫一次",
  "flushed to the device": "寫入裝置",
  unlinked: "刪除",
  "folder flushed": "目錄寫入裝置",
  "absence checked": "確認不存在",
  "table dropped": "資料表刪除",
  "keyed hashes only": "僅含加鑰雜湊值",
};

/**
 * Writes 銷毀紀錄: what was destroyed, when, by whom and how, and what that proves.
 * @clause 4(4)
 */
export async function writeDestructionCertificates(
  certificates: AsyncIterable<CertificateOfDestruction> | Iterable<CertificateOfDestruction>,
  document: { readonly documentNumber: string; readonly printedAt: number; readonly printedBy: string },
  sink: Writable,
): Promise<WrittenReport> {
  const report = await startReport(sink, { title: "銷毀紀錄", confidential: false, ...document });
  let number = 0;
  for await (const certificate of certificates) {
    number += 1;
    await report.heading(`${number}、${OBJECT_WORDS[certificate.destroyedObject]}`);
    await report.fields([
      ["證明編號", certificate.certificateId],
      ["標的", certificate.objectKey],
      ["匯入編號", certificate.importId ?? "無"],
      ["銷毀時間", rocMoment(certificate.destroyedAt.getTime())],
      ["銷毀人", certificate.destroyedBy],
      ...Object.entries(certificate.particulars).map(([name, value]) => [PARTICULAR_WORDS[name] ?? name, valueText(value)] as const),
    ]);
  }
  if (number === 0) await report.paragraph("無銷毀紀錄。");
  await report.signatures(["專責人員", "單位主管"]);
  return report.finish();
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join("\n");
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return VALUE_WORDS[String(value)] ?? String(value);
}
