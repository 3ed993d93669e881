import type { Writable } from "node:stream";
import type { AddressFlaw } from "../domain/ip-inventory.ts";
import { toRocDate, toRocSlashes } from "../domain/roc-date.ts";
import { type Asker, whoAsked } from "./listed-entry.ts";
import { startReport, type WrittenReport } from "./report.ts";
import { ROLE_WORDS } from "./words.ts";

/** What a review found about one whitelisted address, and what became of it. */
export interface InventoriedAddress {
  readonly address: string;
  readonly integration: Asker;
  readonly flaws: readonly AddressFlaw[];
  /** ISO 8601 date in Taiwan; null when nothing ever came from it. */
  readonly lastUsedOn: string | null;
  /** `removed-overdue`: nobody answered in time. */
  readonly decision: "kept" | "removed" | "removed-overdue" | "pending";
  readonly reason: string;
  /** Account; empty where nobody has decided, or the platform did. */
  readonly decidedBy: string;
}

/** A half-yearly review of addresses. */
export interface IpInventory {
  readonly documentNumber: string;
  /** ISO 8601 dates of the period looked at. */
  readonly from: string;
  readonly until: string;
  /** How many addresses were on the whitelist; those about which nothing was found are not listed. */
  readonly addressCount: number;
  readonly addresses: AsyncIterable<InventoriedAddress> | Iterable<InventoriedAddress>;
  readonly printedAt: number;
  readonly printedBy: string;
}

const FLAW_WORDS: Readonly<Record<AddressFlaw, string>> = { duplicate: "重複", idle: "閒置", expired: "期滿" };
const DECISION_WORDS: Readonly<Record<InventoriedAddress["decision"], string>> = {
  kept: "保留",
  removed: "移除",
  "removed-overdue": "逾期未復，移除",
  pending: "待處理",
};

/**
 * Writes 介接 IP 清查紀錄: how many addresses were reviewed, what was found, and what was decided.
 * @clause 3(8)
 */
export async function writeIpInventoryReport(inventory: IpInventory, sink: Writable): Promise<WrittenReport> {
  const { documentNumber, printedAt, printedBy, from, until, addressCount, addresses } = inventory;
  const report = await startReport(sink, {
    title: "介接 IP 清查紀錄",
    documentNumber,
    confidential: false,
    landscape: true,
    printedAt,
    printedBy,
  });
  await report.fields([
    ["清查期間", `${toRocDate(from)}至${toRocDate(until)}`],
    ["白名單位址", `${addressCount} 個`],
  ]);
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
  for await (const { address, integration, flaws, lastUsedOn, decision, reason, decidedBy } of addresses) {
    const words = [flaws.map((flaw) => FLAW_WORDS[flaw]).join("、"), DECISION_WORDS[decision]] as const;
    const by = decision === "removed-overdue" ? ROLE_WORDS.platform : decidedBy;
    const lastUsed = lastUsedOn === null ? "從未使用" : toRocSlashes(lastUsedOn);
    await table.row([address, integration.applicationNumber, whoAsked({ asker: integration }), lastUsed, ...words, reason, by]);
    const counted = [...flaws.map((flaw) => FLAW_WORDS[flaw]), DECISION_WORDS[decision]];
    for (const word of counted) totals.set(word, (totals.get(word) ?? 0) + 1);
  }
  await report.heading("合計");
  if (totals.size === 0) await report.paragraph("未發現重複、閒置或期滿的位址。");
  else await report.fields([...totals].map(([word, number]) => [word, `${number} 個`]));
  await report.signatures(["專責人員", "權責主管"]);
  return report.finish();
}
