import type { Writable } from "node:stream";
import { rocMoment, toRocDate } from "../domain/roc-date.ts";
import { type Asker, whoAsked } from "./listed-entry.ts";
import { startReport, type WrittenReport } from "./report.ts";

/** What an inventory found about one whitelisted address, and what became of it. */
export interface InventoriedAddress {
  readonly address: string;
  readonly integration: Asker;
  readonly finding: "in-use" | "duplicate" | "idle" | "expired";
  /** ISO 8601 in UTC; null when nothing ever came from it. */
  readonly lastUsedAt: string | null;
  /** `removed-overdue`: nobody answered in time. */
  readonly decision: "kept" | "removed" | "removed-overdue" | "pending";
  readonly reason: string;
  /** Account; empty where nobody needed to decide. */
  readonly decidedBy: string;
}

/** A half-yearly inventory of addresses. */
export interface IpInventory {
  readonly documentNumber: string;
  /** ISO 8601 dates of the period looked at. */
  readonly from: string;
  readonly until: string;
  readonly addresses: AsyncIterable<InventoriedAddress> | Iterable<InventoriedAddress>;
  readonly printedAt: number;
  readonly printedBy: string;
}

const FINDING_WORDS: Readonly<Record<InventoriedAddress["finding"], string>> = {
  "in-use": "使用中",
  duplicate: "重複",
  idle: "閒置",
  expired: "期滿",
};
const DECISION_WORDS: Readonly<Record<InventoriedAddress["decision"], string>> = {
  kept: "保留",
  removed: "移除",
  "removed-overdue": "逾期未復，移除",
  pending: "待處理",
};

/**
 * Writes 介接 IP 清查紀錄: every whitelisted address, what was found, and what was decided.
 * @clause 3(8)
 */
export async function writeIpInventoryReport(inventory: IpInventory, sink: Writable): Promise<WrittenReport> {
  const { documentNumber, printedAt, printedBy, from, until, addresses } = inventory;
  const report = await startReport(sink, {
    title: "介接 IP 清查紀錄",
    documentNumber,
    confidential: false,
    landscape: true,
    printedAt,
    printedBy,
  });
  await report.fields([["清查期間", `${toRocDate(from)}至${toRocDate(until)}`]]);
  const table = await report.table([
    { title: "IP 位址", share: 14 },
    { title: "申請案號", share: 9 },
    { title: "機關／系統", share: 16 },
    { title: "最近使用", share: 10 },
    { title: "清查結果", share: 7 },
    { title: "處理", share: 9 },
    { title: "理由", share: 16 },
    { title: "處理人", share: 9 },
  ]);
  const totals = new Map<string, number>();
  for await (const { address, integration, finding, lastUsedAt, decision, reason, decidedBy } of addresses) {
    const words = [FINDING_WORDS[finding], DECISION_WORDS[decision]] as const;
    const lastUsed = lastUsedAt === null ? "從未使用" : rocMoment(Date.parse(lastUsedAt));
    await table.row([address, integration.applicationNumber, whoAsked({ asker: integration }), lastUsed, ...words, reason, decidedBy]);
    for (const word of new Set(words)) totals.set(word, (totals.get(word) ?? 0) + 1);
  }
  await report.heading("合計");
  if (totals.size === 0) await report.paragraph("無白名單位址。");
  else await report.fields([...totals].map(([word, number]) => [word, `${number} 個`]));
  await report.signatures(["專責人員", "權責主管"]);
  return report.finish();
}
