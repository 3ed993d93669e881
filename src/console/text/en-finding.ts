import { POLICY } from "../../domain/policy.ts";
import type { zhHantFinding } from "./zh-Hant-finding.ts";

/** Findings, in English. */
export const enFinding: typeof zhHantFinding = {
  title: "Findings",
  intro:
    "What an audit or an alert of abnormal use holds against an integration, to be explained or improved. A finding can't be changed or deleted.",
  of: (number) => `Finding ${number}`,
  raise: "Raise a finding…",
  raiseTitle: "Raise a finding",
  raiseIntro: "The dedicated officer and the managers are told. It can't be changed or deleted.",
  raiseFromAlert: (alert) => `It is made of alert ${alert}, which is decided with it, for good.`,
  submit: "Raise the finding",
  cancel: "Cancel, back to the findings",
  cancelToAlert: "Cancel, back to the alert",
  none: "There are no findings.",
  older: "Earlier findings",
  onlyOf: (integration) => `Only of integration ${integration}`,
  every: "Show all",
  number: "Number",
  integration: "Integration",
  integrationHint: "The integration's application number, such as 115-0001.",
  severity: "Severity",
  severityOf: { minor: "Minor", ordinary: "Ordinary", serious: "Serious" },
  description: "What was found",
  descriptionHint: "Facts, and what they are held against; no ID numbers.",
  due: "Due",
  dueHint: `Such as 2026-01-31, at most ${POLICY.findingDueDaysCap} days ahead. The day itself is in time.`,
  raisedBy: "Raised by",
  by: (account, duty, when) => `${account} (${duty}), ${when}`,
  source: "Source",
  fromAlert: (alert) => `Alert ${alert} of abnormal use`,
  fromAudit: "An audit",
  lead: (due) => `To be explained or improved by ${due}.`,
  home: "A finding is to be explained or improved",
  ofIntegration: "There are no findings about this integration.",
};
