import { describe, expect, test } from "vitest";
import { statementOfDestruction } from "../../src/domain/destruction.ts";
import type { Integration } from "../../src/domain/integration.ts";
import type { Role } from "../../src/domain/integration-step.ts";
import type { DisposalStep } from "../../src/domain/retention.ts";
import { writeApplicationForm } from "../../src/reports/application-form.ts";
import { writeDestructionCertificates } from "../../src/reports/destruction-certificate.ts";
import { writeDisposalCertificate } from "../../src/reports/disposal-certificate.ts";
import { writeIpInventoryReport } from "../../src/reports/ip-inventory-report.ts";
import { writeQueryRecordList } from "../../src/reports/query-record-list.ts";
import { writeQuerySearchList } from "../../src/reports/query-search-list.ts";
import { writeSubjectAccess } from "../../src/reports/subject-access.ts";
import { madeUpApplication } from "../support/integration.ts";
import { listedEntry, streamed } from "../support/listed.ts";
import { type ReadPdf, writeAndRead } from "../support/pdf.ts";

const PRINTED = { printedAt: Date.parse("2026-11-24T11:00:00Z"), printedBy: "wu.officer" };
const application = {
  ...madeUpApplication("114-0001", "2026-12-01", "2027-11-30"),
  kind: "reapplication" as const,
  improvement: "已限縮查詢人員",
  checks: ["resident", "indigenous"] as const,
  addresses: ["127.0.0.1", "10.20.30.40"],
};

/** Expects texts, however they were broken into lines and pieces. */
function expectTexts({ text }: ReadPdf, texts: readonly string[]): void {
  const plain = text.replaceAll(/[|\s]/g, "");
  for (const expected of texts) expect(plain).toContain(expected.replaceAll(/\s/g, ""));
}

describe("介接服務申請單", () => {
  const fields = [
    "介接服務申請單",
    "文件編號：114-0001",
    "改善後重新申請",
    "已限縮查詢人員",
    "測試稅務局（tax）",
    "地方稅系統",
    "測試法第1條",
    "減免資格審查",
  ];
  const more = ["049-2222106 分機 1234", "127.0.0.1", "10.20.30.40", "民國115年12月1日至民國116年11月30日"];

  test("§3(3) has every field of the application, and places to sign for case officer, manager and dedicated officer", async () => {
    const pdf = await writeAndRead((sink) => writeApplicationForm({ application, timeline: [], ...PRINTED }, sink));
    expectTexts(pdf, [...fields, ...more, "■ 設籍本縣", "■ 原住民身分", "□ 獨居老人", "□ 身心障礙", "尚未核定"]);
    expectTexts(pdf, ["專案承辦人員", "權責主管", "專責人員", "日期："]);
    expect(pdf.text).not.toContain("密");
  });

  test("§3(3) has what was approved, and the electronic trail instead where there is one", async () => {
    const timeline: Integration["timeline"] = [
      { step: "submit", account: "tax-office", role: "applicant", reason: "減免資格審查", takenAt: "2026-11-23T02:00:00.000Z" },
      { step: "approve", account: "lin.manager", role: "manager", reason: "符合目的", takenAt: "2026-11-24T02:00:00.000Z" },
    ];
    const approval = { checks: ["resident"] as const, addresses: ["127.0.0.1"], from: "2026-12-01", until: "2027-05-31" };
    const pdf = await writeAndRead((sink) => writeApplicationForm({ application, approval, timeline, ...PRINTED }, sink));
    expectTexts(pdf, [...fields, ...more, "民國115年12月1日至民國116年5月31日", "□ 原住民身分"]);
    expectTexts(pdf, ["115/11/23 10:00:00 提出申請 tax-office 申請機關 減免資格審查", "核准 lin.manager 權責主管 符合目的"]);
    expect(pdf.text).not.toContain("日期：");
  });
});

describe("查詢紀錄單", () => {
  test("§5(1) lists every query of the month, masked, with totals, the checkpoint and the auditor's place to sign", async () => {
    const entries = [
      ...Array.from({ length: 40 }, (_, place) => listedEntry(place)),
      listedEntry(40, { outcome: "refused:address-not-allowed", integration: null }, "Yukan‧Watan"),
      { entryId: "019a9f3e-0000-7000-8000-00000000ffff", fault: "columns-disagree" } as const,
    ];
    const list = { month: "2026-11", checkpoint: "verification.example/log 12345", entries: streamed(entries), ...PRINTED };
    const pdf = await writeAndRead((sink) => writeQueryRecordList(list, sink));
    expect(pdf.result.entries).toBe(42);
    expectTexts(pdf, ["查詢紀錄單", "QR-115-11", "民國115年11月（列印時尚未期滿）", "verification.example/log 12345", "密"]);
    expectTexts(pdf, ["115/11/03 10:00:00 測試稅務局 地方稅系統 tax-042 V01 M12345**** 王○明 113-社-000039 減免資格審查 符合"]);
    expectTexts(pdf, ["Y○○‧W○○", "拒絕 address-not-allowed", "總筆數 42 筆", "測試稅務局 地方稅系統 41 筆", "符合 40 筆", "查核人員"]);
    expectTexts(pdf, ["紀錄 019a9f3e-0000-7000-8000-00000000ffff 內容不一致，不予列印", "columns-disagree"]);
    expect(pdf.pages.length).toBeGreaterThan(2);
    for (const secret of ["123456789", "王小明", "Watan", "1980"]) expect(pdf.text).not.toContain(secret);
  });

  test("§5(1) of an empty month says so, and is signed too", async () => {
    const pdf = await writeAndRead((sink) => writeQueryRecordList({ month: "2026-02", entries: streamed([]), ...PRINTED }, sink));
    expectTexts(pdf, ["民國115年2月 日誌檢查點", "本月無查詢紀錄", "總筆數 0 筆", "日誌檢查點 未附", "查核人員"]);
    expect(pdf.pages).toHaveLength(1);
  });
});

describe("個人資料查詢紀錄", () => {
  test("§4(2)5 says who asked, when, why, what, and what was answered, without repeating the person's data", async () => {
    const access = {
      requestNumber: "115-申-17",
      nationalId: "M123456789",
      entries: streamed([listedEntry(1), listedEntry(2)]),
      ...PRINTED,
    };
    const pdf = await writeAndRead((sink) => writeSubjectAccess(access, sink));
    expect(pdf.result.entries).toBe(2);
    expectTexts(pdf, ["SA-115-申-17", "M12345****", "測試稅務局 地方稅系統 tax-042 V01 113-社-000001 減免資格審查"]);
    expectTexts(pdf, ["設籍本縣：是", "原住民身分：未答", "符合", "總筆數 2 筆", "密"]);
    for (const secret of ["123456789", "王小明"]) expect(pdf.text).not.toContain(secret);
  });

  test("§4(2)5 says so when nobody asked", async () => {
    const access = { requestNumber: "115-申-18", nationalId: "M123456789", entries: streamed([]), ...PRINTED };
    expectTexts(await writeAndRead((sink) => writeSubjectAccess(access, sink)), ["保存期間內無查詢紀錄"]);
  });
});

describe("查詢紀錄清冊", () => {
  test("§4(2)2 lists what a search found, masked, without case numbers and reasons, and says what was looked for but not about whom", async () => {
    const day = (iso: string) => Date.parse(`${iso}T00:00:00+08:00`);
    const conditions = { applicationNumber: "114-0001", from: day("2026-11-01"), until: day("2026-11-04"), byCase: true, byPerson: true };
    const list = { conditions, limit: 1000, entries: streamed([listedEntry(1)]), ...PRINTED };
    const pdf = await writeAndRead((sink) => writeQuerySearchList(list, sink));
    expectTexts(pdf, [
      "QL-1151124-190000",
      "114-0001",
      "查詢者帳號 全部",
      "115/11/01 至 115/11/03",
      "指定案號、指定被查詢者",
      "最多 1,000 筆",
      "密",
    ]);
    expectTexts(pdf, ["1 115/11/03 10:00:00 測試稅務局 地方稅系統 tax-042 V01 M12345**** 王○明 符合", "總筆數 1 筆"]);
    for (const secret of ["123456789", "王小明", "113-社-000001", "減免資格審查"]) expect(pdf.text).not.toContain(secret);
  });

  test("§4(2)2 says so when nothing was found", async () => {
    const conditions = { byCase: false, byPerson: false };
    const pdf = await writeAndRead((sink) => writeQuerySearchList({ conditions, limit: 1000, entries: streamed([]), ...PRINTED }, sink));
    expectTexts(pdf, ["查詢期間 全部", "其他條件 無", "沒有符合條件的查詢紀錄"]);
  });
});

describe("銷毀紀錄", () => {
  test("§4(4) says what was destroyed, when, by whom, how, and what that proves", async () => {
    const key = { keyKind: "delivery", keyFound: true, keyDestroyed: true } as const;
    const statement = statementOfDestruction({ ...key, otherRecipients: 0, fileFound: true });
    const steps = ["unlinked", "absence checked"];
    const particulars = { fileName: "household.csv.pgp", rows: "20000", imported: true, steps, statement, note: 1 };
    const certificate = {
      certificateId: "01a20972-06cd-7b76-89ba-80d235530000",
      objectKey: "file/01a20972",
      importId: null,
      destroyedObject: "delivery-file",
      particulars,
      destroyedAt: new Date("2026-11-24T03:00:00Z"),
      destroyedBy: "platform",
    } as const;
    const document = { documentNumber: "DC-115-11", ...PRINTED };
    const pdf = await writeAndRead((sink) => writeDestructionCertificates([certificate], document, sink));
    expectTexts(pdf, ["1、資料原始檔", certificate.certificateId, "銷毀時間 115/11/24 11:00:00", "household.csv.pgp", "筆數 20000"]);
    expectTexts(pdf, ["是否匯入 是", "刪除 確認不存在", ...statement, "note 1", "專責人員"]);
  });
});

describe("介接 IP 清查紀錄", () => {
  test("§3(8) lists every address about which something was found, with its integration and the decision", async () => {
    const integration = { applicationNumber: "114-0001", agencyName: "測試稅務局", systemName: "地方稅系統" };
    const addresses = [
      {
        address: "203.66.0.9",
        flaws: ["duplicate"],
        lastUsedOn: "2026-11-03",
        decision: "kept",
        reason: "備援線路",
        decidedBy: "wu.officer",
      },
      { address: "2001:b000::1", flaws: ["expired", "idle"], lastUsedOn: null, decision: "removed-overdue", reason: "", decidedBy: "" },
    ] as const;
    const inventory = {
      documentNumber: "IP-116-1",
      from: "2026-07-01",
      until: "2026-12-31",
      addressCount: 12,
      addresses: addresses.map((address) => ({ ...address, integration })),
      ...PRINTED,
    };
    const pdf = await writeAndRead((sink) => writeIpInventoryReport(inventory, sink));
    expectTexts(pdf, ["民國115年7月1日至民國115年12月31日", "白名單位址 12 個"]);
    expectTexts(pdf, ["203.66.0.9 114-0001 測試稅務局 地方稅系統 115/11/03 重複 保留 備援線路 wu.officer"]);
    expectTexts(pdf, ["從未使用 期滿、閒置 逾期未復，移除 平臺", "閒置 1 個", "保留 1 個"]);
  });
});

describe("查詢日誌銷毀證明", () => {
  const takenAt = "2026-11-24T03:00:00.000Z";
  const step = (step: DisposalStep, account: string, role: Role, more = {}) => ({
    step,
    account,
    role,
    reason: `理由 ${step}`,
    takenAt,
    ...more,
  });

  test("§4(1)5 §4(2)5 says which entries are gone, by whose approval, each step to it, and the checkpoint that still proves them", async () => {
    const timeline = [
      step("propose", "platform", "platform"),
      step("hold", "wu.officer", "dedicatedOfficer", { matter: "政風-115-1" }),
      step("lift", "chen.manager", "manager", { matter: "政風-115-1" }),
      step("approve", "lin.manager", "manager"),
      step("dispose", "platform", "platform"),
    ];
    const ranges = [[0, 1299] as const, [1303, 1303] as const, [1305, 1305] as const];
    const checkpoint = "log.example/queries\n1400\nabc=\n";
    const certificate = { entries: 1302, ranges, checkpoint, approvedBy: "lin.manager", disposedAt: "2026-11-24T03:00:01.000Z" };
    const pdf = await writeAndRead((sink) => writeDisposalCertificate({ month: "2020-10", timeline, certificate, ...PRINTED }, sink));
    expectTexts(pdf, ["文件編號：LD-109-10", "民國109年10月", "1,302 筆", "0 至 1299、1303、1305", "lin.manager", "115/11/24 11:00:01"]);
    expectTexts(pdf, ["提出銷毀 平臺", "依法保留 wu.officer 專責人員 案由：政風-115-1 理由 hold", "log.example/queries", "1400", "abc="]);
    expectTexts(pdf, ["雜湊值予以保留", "本證明不及於備份", "權責主管"]);
    expect(pdf.text).not.toContain("理由 dispose");
  });
});
