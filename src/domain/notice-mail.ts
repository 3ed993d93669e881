import { type Appointment, DUTIES, type Duty } from "./appointment.ts";
import { lastDayOf } from "./due.ts";
import { isMailAddress, mailAddressesIn } from "./mail-address.ts";
import type { Notice, NoticeKind } from "./notice.ts";
import { POLICY } from "./policy.ts";
import { rocMoment, taipeiDate } from "./roc-date.ts";
import { rocDay } from "./roc-day.ts";

/** A notice as it goes by mail: plain text, with nothing in it about anybody. */
export interface NoticeMail {
  readonly subject: string;
  readonly text: string;
}

/** An appointment, and where the mail of that duty goes. */
export interface Office extends Appointment {
  readonly mailAddress: string | undefined;
}

interface Words {
  readonly subject: string;
  /** @param number of what it is about @param day until which it holds, with the time where it ends within that day */
  readonly sentence: (number: string, day: string) => string;
  /** What an applicant does, and what somebody in the office does. */
  readonly applicant?: string;
  readonly office: string;
}

const WORDS: Readonly<Record<NoticeKind, Words>> = {
  "application-submitted": {
    subject: "介接服務申請待審查",
    sentence: (number) => `介接服務 ${number} 有申請待審查。`,
    office: "請登入主控臺，核對機關來文後審查或退回補正。",
  },
  "application-checked": {
    subject: "介接服務申請待核可",
    sentence: (number) => `介接服務 ${number} 的申請已審查完備，待核可。`,
    office: "請登入主控臺核可或不予核可；自己提出或審查的案件由其他主管決定。",
  },
  "application-approved": {
    subject: "介接服務申請待配賦權限",
    sentence: (number) => `介接服務 ${number} 的申請已核可，待配賦權限。`,
    office: "請登入主控臺配賦權限，並以安全方式交付憑證。",
  },
  "application-returned": {
    subject: "介接服務申請已退回補正",
    sentence: (number, day) => `介接服務 ${number} 的申請已退回補正，請於 ${day} 前再提；逾期即失效。`,
    applicant: "退回理由請以申請時的專屬連結查看；以紙本申請的，請洽專案承辦人員。",
    office: "請登入主控臺查看。",
  },
  "application-lapses": {
    subject: "介接服務申請即將失效",
    sentence: (number, day) => `介接服務 ${number} 的申請退回後尚未補正，${day} 之後即失效。`,
    applicant: "請以申請時的專屬連結補正後再提；以紙本申請的，請洽專案承辦人員。",
    office: "請登入主控臺查看。",
  },
  "application-lapsed": {
    subject: "介接服務申請已失效",
    sentence: (number) => `介接服務 ${number} 的申請逾期未補正，已失效；已有的權限不受影響。`,
    applicant: "如仍有需要，請另提新申請。",
    office: "請登入主控臺查看。",
  },
  "application-decided": {
    subject: "介接服務申請已有決定",
    sentence: (number) => `介接服務 ${number} 的申請已由權責主管決定。`,
    applicant: "決定內容請以申請時的專屬連結查看；以紙本申請的，請洽專案承辦人員。",
    office: "請登入主控臺查看。",
  },
  "period-ends": {
    subject: "介接服務核准期限將屆滿",
    sentence: (number, day) => `介接服務 ${number} 的核准期限至 ${day} 屆滿，屆滿後即不能查詢。`,
    applicant: "如需繼續使用，請於期限前提出續期申請。",
    office: "機關如需繼續使用，請其於期限前提出續期申請。",
  },
  "credential-expires": {
    subject: "介接憑證將到期",
    sentence: (number, day) => `介接服務 ${number} 的憑證有效至 ${day}，到期後即不能查詢。`,
    applicant: "請於到期前以 POST /v1/credentials 更換憑證，或請專責人員換發。",
    office: "機關如未自行更換，請於到期前換發。",
  },
  "integration-idle": {
    subject: "介接服務久未使用，將暫停",
    sentence: (number, day) => `介接服務 ${number} 久未查詢，將於 ${day} 之後暫停。`,
    applicant: "如仍需使用，請於期限前查詢；不再使用時，請通知專責人員終止。",
    office: "請向機關確認是否仍需使用。",
  },
  "integration-suspended": {
    subject: "介接服務已暫停",
    sentence: (number) => `介接服務 ${number} 已暫停，目前不能查詢。`,
    applicant: "原因請洽專責人員；完成改善後得重新申請。",
    office: "請登入主控臺查看原因。",
  },
  "integration-ended": {
    subject: "介接服務已終止",
    sentence: (number) => `介接服務 ${number} 已終止，憑證均已失效。`,
    applicant: "原因請洽專責人員；如仍有需要，請另提新申請。",
    office: "請登入主控臺查看由誰終止及其理由。",
  },
  "inventory-opened": {
    subject: "IP 清查待答覆",
    sentence: (number, day) => `${number} 的半年 IP 清查已開始，請於 ${day} 前答覆；逾期未答覆的 IP 將移除白名單。`,
    office: "請登入主控臺逐一確認移除，或填理由保留。",
  },
  "inventory-ends": {
    subject: "IP 清查即將截止",
    sentence: (number, day) => `${number} 的半年 IP 清查將於 ${day} 截止，仍有 IP 未答覆；逾期未答覆的 IP 將移除白名單。`,
    office: "請登入主控臺逐一確認移除，或填理由保留。",
  },
  "disposal-proposed": {
    subject: "查詢日誌保存期滿",
    sentence: (number) => `${number} 的查詢日誌保存期滿，待核可銷毀。`,
    office: "請核可，或因故保留。",
  },
  "disk-fills-up": { subject: "資料庫的磁碟空間將不足", sentence: () => "資料庫的磁碟空間將不足。", office: "請擴充磁碟空間。" },
  "database-grows": { subject: "資料庫成長過快", sentence: () => "資料庫近 30 日成長過快。", office: "請查明原因，並確認磁碟空間。" },
  "upkeep-failed": {
    subject: "每日維護有工作未完成",
    sentence: () => "平臺的每日維護有工作未完成，明日會再執行。",
    office: "請登入主控臺查看是哪一項，並通知維運人員查明原因。",
  },
  "dataset-ends": {
    subject: "資料集即將逾期",
    sentence: (code, day) => `資料集 ${code} 的資料可用至 ${day}，之後即不回覆查詢。`,
    office: "請洽資料所屬單位交付新檔，必要時先核發交付金鑰。",
  },
  "dataset-ended": {
    subject: "資料集已逾期，停止回覆",
    sentence: (code, day) => `資料集 ${code} 的資料可用至 ${day}，目前不回覆查詢。`,
    office: "請洽資料所屬單位立即交付新檔。",
  },
  "delivery-quarantined": {
    subject: "資料檔退件，待決定",
    sentence: (number, day) => `匯入 ${number} 的檔案已退件，加密保留至 ${day}；逾期未決定即銷毀。`,
    office: "請登入主控臺查看退件原因，決定銷毀或重試。",
  },
  "finding-raised": {
    subject: "有稽核發現待處理",
    sentence: (number, day) => `第 ${number} 號稽核發現已提出，請於 ${day} 前完成說明或改善。`,
    office: "請登入主控臺查看發現內容。",
  },
  "witness-silent": {
    subject: "見證機關未簽署查詢日誌",
    sentence: () => `見證機關逾 ${POLICY.witnessSilentHours} 小時未簽署查詢日誌。`,
    office: "請登入主控臺查看是哪一個機關，並請其恢復。",
  },
  "abnormal-use": { subject: "有異常使用警示", sentence: () => "平臺發現異常使用，待處理。", office: "請查看警示並決定處理方式。" },
};

/**
 * A notice as a mail: what, by when, what to do.
 * @param consoleUrl where the office does it; applicants have no account there
 * @clause 4(1)2
 * @clause 3(5)
 */
export function noticeMail({ kind, recipient, about, announces }: Notice, consoleUrl: string | undefined): NoticeMail {
  const { subject, sentence, applicant, office } = WORDS[kind];
  const number = about.split("/").at(-1) ?? about;
  const outside = recipient === "applicant";
  const lines = [sentence(number, untilWhen(Date.parse(announces))), outside ? (applicant ?? office) : office];
  if (!outside && consoleUrl !== undefined) lines.push("", `主控臺：${consoleUrl}/console`);
  const text = [...lines, "", "南投縣政府計畫處　驗證機制平臺", "本信由系統寄發，請勿回覆。"].join("\n");
  return { subject: `【驗證機制平臺】${subject}`, text };
}

/** What ends at midnight holds through the day before; what ends within a day, no longer than to its time. @param end epoch milliseconds */
function untilWhen(end: number): string {
  const day = rocDay(lastDayOf(end));
  return lastDayOf(end) === taipeiDate(end) ? `${day}${rocMoment(end).slice(-8, -3)}` : day;
}

/**
 * Who is to get a notice by mail: the office that an application names, or whoever holds the duty now and has an address for it.
 * @param contact what the application names; null when the notice is about no integration
 * @param now epoch milliseconds
 * @returns addresses, each once; none: it stays in the console
 */
export function addresseesOf({ recipient }: Notice, offices: readonly Office[], contact: string | null, now: number): string[] {
  if (recipient === "applicant") return mailAddressesIn(contact ?? "");
  if (!(DUTIES as readonly string[]).includes(recipient)) return [];
  const held = offices.filter(
    ({ duty, from, until }) => duty === (recipient as Duty) && from <= now && (until === undefined || now < until),
  );
  return [...new Set(held.flatMap(({ mailAddress = "" }) => (isMailAddress(mailAddress) ? [mailAddress.toLowerCase()] : [])))];
}
