import type { Writable } from "node:stream";
import { CHECKS } from "../domain/checks.ts";
import type { TimelineEntry } from "../domain/integration.ts";
import type { Application, Approval, PresentRights } from "../domain/integration-application.ts";
import { type ChangedField, changedFields, inForce } from "../domain/integration-difference.ts";
import type { ApprovedPeriod } from "../domain/integration-period.ts";
import { rocMoment, toRocDate } from "../domain/roc-date.ts";
import { startReport, type WrittenReport } from "./report.ts";
import { CHECK_WORDS, KIND_WORDS, ROLE_WORDS, STEP_WORDS } from "./words.ts";

/** An application as it stands, with what was decided. */
export interface ApplicationForm {
  readonly application: Application;
  readonly approval?: Approval | undefined;
  /** What was in force when an application to change it arrived. */
  readonly before?: PresentRights | undefined;
  /** Steps taken online, oldest first; empty for a form to be signed on paper. */
  readonly timeline: readonly TimelineEntry[];
  readonly printedAt: number;
  readonly printedBy: string;
}

const SIGNERS = ["專案承辦人員", "權責主管", "專責人員"];

/**
 * Writes 介接服務申請單, with every field of the application, and either the electronic trail or the places to sign.
 * @clause 3(3)
 */
export async function writeApplicationForm(form: ApplicationForm, sink: Writable): Promise<WrittenReport> {
  const { application, approval, before, timeline, printedAt, printedBy } = form;
  const changed = before === undefined ? [] : changedFields(application, before);
  const line = (field: ChangedField, label: string, of: (application: Application) => string) =>
    before !== undefined && changed.includes(field)
      ? ([`※${label}`, `${of(application)}\n（變更前：${of(inForce(before))}）`] as const)
      : ([label, of(application)] as const);
  const report = await startReport(sink, {
    title: "介接服務申請單",
    documentNumber: application.applicationNumber,
    confidential: false,
    printedAt,
    printedBy,
  });
  await report.heading("一、申請內容");
  await report.fields([
    ["申請類別", KIND_WORDS[application.kind]],
    ["申請機關", `${application.agencyName}（${application.agencyCode}）`],
    ["業務系統", application.systemName],
    line("legalBasis", "法令依據", ({ legalBasis }) => legalBasis),
    line("purpose", "使用目的", ({ purpose }) => purpose),
    line("checks", "查詢權限", ({ checks }) => boxes(checks)),
    line("addresses", "固定 IP", ({ addresses }) => addresses.join("\n")),
    line("until", "使用期限", period),
    line("contact", "聯絡方式", ({ contact }) => contact),
    ...letterFields(application),
    ...(application.improvement === undefined ? [] : [["改善情形", application.improvement] as const]),
  ]);
  if (before !== undefined)
    await report.paragraph(
      `※ 為申請變更的項目，共 ${changed.length} 項；核准並配賦之前，${before.application.applicationNumber} 核准的權限照舊。`,
    );
  await report.heading("二、核定內容");
  await report.fields(
    approval === undefined
      ? [["核定", "尚未核定"]]
      : [
          ["查詢權限", boxes(approval.checks)],
          ["固定 IP", approval.addresses.join("\n")],
          ["使用期限", period(approval)],
        ],
  );
  await report.heading("三、簽核");
  if (timeline.length === 0) await report.signatures(SIGNERS);
  else {
    await report.paragraph("本案以線上申請簽核，電腦紀錄如下：");
    const table = await report.table([
      { title: "日期時間", share: 4 },
      { title: "步驟", share: 3 },
      { title: "人員帳號", share: 4 },
      { title: "身分", share: 3 },
      { title: "理由", share: 7 },
    ]);
    for (const { takenAt, step, account, role, reason } of timeline)
      await table.row([rocMoment(Date.parse(takenAt)), STEP_WORDS[step], account, ROLE_WORDS[role], reason]);
  }
  return report.finish();
}

function letterFields({ letter }: Application): (readonly [label: string, value: string])[] {
  if (letter === undefined) return [];
  return [
    ["申請方式", letter.onPaper ? "□ 線上　■ 紙本" : "■ 線上　□ 紙本"],
    ["來文", `${letter.number}\n${toRocDate(letter.date)}`],
    ["責任告知", `已閱讀並同意，${toRocDate(letter.liabilityAcceptedOn)}`],
  ];
}

function boxes(checks: readonly string[]): string {
  return CHECKS.map((check) => `${checks.includes(check) ? "■" : "□"} ${CHECK_WORDS[check]}`).join("　");
}

function period({ from, until }: ApprovedPeriod): string {
  return `${toRocDate(from)}至${toRocDate(until)}`;
}
