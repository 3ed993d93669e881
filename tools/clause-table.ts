/**
 * How far a clause is in this code. `built`: all that software does for it. `partly`: a part is built, and shown by tests. `planned`: not yet.
 * `people`: kept by people and contracts; software has no part in it.
 */
export type ClauseState = "built" | "partly" | "planned" | "people";

/** A clause of 南投縣驗證機制平臺使用戶籍資料管理規定 in our own words. */
export interface Clause {
  /** 四(一)3 is written 4(1)3. */
  readonly id: string;
  readonly chinese: string;
  readonly state: ClauseState;
  readonly summary: string;
}

const ROWS: readonly (readonly [id: string, chinese: string, state: ClauseState, summary: string])[] = [
  ["2(1)", "二(一)", "people", "The platform rests on the county's own plan."],
  ["2(2)", "二(二)", "people", "The Planning Department applies for, holds and uses the data."],
  ["2(3)", "二(三)", "people", "The data serve this platform."],
  [
    "2(4)",
    "二(四)",
    "built",
    "The data answer whether a person is a resident or has a status, quickly, and an audit keeps their use right.",
  ],
  ["3(1)", "三(一)", "partly", "One case officer and one dedicated officer are appointed; nobody else reaches the data."],
  ["3(2)", "三(二)", "partly", "No account is given to anyone who asks for one as a private person."],
  [
    "3(3)",
    "三(三)",
    "partly",
    "An integration is applied for with its permissions, approved by a manager, provisioned by the dedicated officer, and stays on record.",
  ],
  ["3(4)", "三(四)", "partly", "The dedicated officer keeps accounts and passwords secret and changes them."],
  ["3(5)", "三(五)", "partly", "Passwords and secrets are long and mixed, never one of the last three, and changed every three months."],
  ["3(6)", "三(六)", "planned", "Duties are handed over on the day, the old rights ending as the new ones begin."],
  ["3(7)", "三(七)", "built", "An integration names fixed addresses, and gets nothing from any other."],
  ["3(8)", "三(八)", "built", "Addresses are reviewed every half year; duplicate and idle ones go."],
  ["3(9)", "三(九)", "planned", "A change of people is told to Civil Affairs within seven days."],
  ["3(10)", "三(十)", "partly", "Data are used within the purpose that was approved, and never passed on or sent abroad."],
  ["4(1)1", "四(一)1", "partly", "Files are taken in by those appointed, and checked to be whole before they are used."],
  [
    "4(1)2",
    "四(一)2",
    "built",
    "Access and the period of use are set for every dataset and every integration; outside them nothing is answered.",
  ],
  [
    "4(1)3",
    "四(一)3",
    "built",
    "The encrypted file is imported by the dedicated officer or by the system; nobody reads, takes, spoils or copies it.",
  ],
  ["4(1)4", "四(一)4", "built", "The data serve this platform and nothing else."],
  ["4(1)5", "四(一)5", "built", "Access logs are kept at least five years."],
  ["4(2)1", "四(二)1", "built", "Every query gives its case number and reason."],
  ["4(2)2", "四(二)2", "partly", "Nobody without the duty sees, takes or spoils what was asked."],
  ["4(2)3", "四(二)3", "partly", "What is filed from a query is kept as confidential, on paper and as a file."],
  ["4(2)4", "四(二)4", "built", "An idle session is logged out."],
  ["4(2)5", "四(二)5", "built", "Each query is logged: account, date and time, operation code, conditions, case number and reason."],
  ["4(3)", "四(三)", "planned", "All who use the data are listed, and both officers train three hours a year."],
  ["4(4)", "四(四)", "built", "The original file is destroyed at once after its import."],
  ["5(1)", "五(一)", "partly", "Each month a list of queries is printed and a sample checked: at least 3 %, at least ten."],
  ["5(2)", "五(二)", "partly", "Results are kept five years; anomalies are looked into with the ethics office; auditors rotate."],
  ["5(3)", "五(三)", "planned", "Civil Affairs and the Planning Department audit every year."],
  ["5(4)", "五(四)", "planned", "The contractor is audited every year."],
  ["5(5)", "五(五)", "partly", "What Civil Affairs finds gets a deadline; unmet, the integration is suspended or ended."],
  ["5(6)", "五(六)", "built", "After improvement a suspended or ended integration may apply again."],
  ["6", "六", "partly", "Who breaks the rules answers for it under civil, criminal and administrative law."],
];

/** Every clause, in the regulation's order. */
export const CLAUSES: readonly Clause[] = ROWS.map(([id, chinese, state, summary]) => ({ id, chinese, state, summary }));
