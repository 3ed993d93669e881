import type { CheckCode } from "../domain/checks.ts";
import type { ApplicationKind } from "../domain/integration-application.ts";
import type { Role, StepName } from "../domain/integration-step.ts";
import type { Answers } from "../domain/verification.ts";

/** The words of printed documents (zh-Hant), for what the code names in English. */
export const PLATFORM_NAME = "南投縣驗證機制平臺";

export const CHECK_WORDS: Readonly<Record<CheckCode, string>> = {
  resident: "設籍本縣",
  indigenous: "原住民身分",
  elderlyLivingAlone: "獨居老人",
  disability: "身心障礙",
};

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  applicant: "申請機關",
  caseOfficer: "專案承辦人員",
  dedicatedOfficer: "專責人員",
  manager: "權責主管",
  platform: "平臺",
  system: "介接系統",
};

export const KIND_WORDS: Readonly<Record<ApplicationKind, string>> = {
  new: "新申請",
  renewal: "展期",
  change: "變更",
  reapplication: "改善後重新申請",
};

export const STEP_WORDS: Readonly<Record<StepName, string>> = {
  submit: "提出申請",
  check: "審查完備",
  sendBack: "退回補正",
  resubmit: "補正後再提",
  withdraw: "撤回申請",
  lapse: "逾期未補正失效",
  amend: "提出變更、展期或重新申請",
  approve: "核准",
  refuse: "不予核准",
  provision: "配賦權限",
  activate: "生效",
  addCredential: "增發憑證",
  rotateCredential: "系統自行換發憑證",
  revokeCredential: "廢止憑證",
  removeAddress: "移除固定 IP",
  warnIdle: "久未查詢預告",
  suspend: "暫停",
  resume: "恢復",
  expire: "期滿",
  revoke: "終止",
};

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  match: "符合",
  variant: "符合（異體字）",
  manualReview: "須人工確認",
  noMatch: "不符",
};

/** An outcome as an officer reads it; a refusal keeps its code, by which it can be looked up. */
export function outcomeWord(outcome: string): string {
  return OUTCOME_WORDS[outcome] ?? `拒絕 ${outcome.replace(/^refused:/, "")}`;
}

/** What was asked and answered, one check a line: 設籍本縣：是. */
export function answerWords(checks: readonly CheckCode[], answers: Answers): string {
  return checks.map((check) => `${CHECK_WORDS[check]}：${yesOrNo(answers[check])}`).join("\n");
}

function yesOrNo(answer: boolean | null | undefined): string {
  if (answer == null) return "未答";
  return answer ? "是" : "否";
}
