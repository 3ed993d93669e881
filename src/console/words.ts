import { html } from "hono/html";
import type { CheckCode } from "../domain/checks.ts";
import type { ApplicationStage, IntegrationState, Role } from "../domain/integration-step.ts";
import type { Html } from "./layout.ts";
import type { Text } from "./text/index.ts";

const COLOUR: Readonly<Record<IntegrationState, "success" | "warning" | "danger" | "neutral">> = {
  submitted: "warning",
  returned: "neutral",
  checked: "warning",
  approved: "warning",
  provisioned: "warning",
  active: "success",
  suspended: "danger",
  refused: "neutral",
  withdrawn: "neutral",
  lapsed: "neutral",
  expired: "neutral",
  revoked: "danger",
};

/** A state as a word, with its colour. */
export function stateTag(text: Text, state: IntegrationState): Html {
  return html`<span class="ds-tag" data-color="${COLOUR[state]}">${text.state[state]}</span>`;
}

const OUTCOME_COLOUR: Readonly<Record<string, "success" | "warning" | "neutral">> = {
  match: "success",
  variant: "success",
  manualReview: "warning",
  noMatch: "neutral",
};

/** What a query came to; a refusal keeps its code, by which it can be looked up. */
export function outcomeTag(text: Text, outcome: string): Html {
  const known = (text.queries.outcomeOf as Readonly<Record<string, string>>)[outcome];
  return html`<span class="ds-tag" data-color="${OUTCOME_COLOUR[outcome] ?? "danger"}">${known ?? text.queries.refused(outcome.replace(/^refused:/, ""))}</span>`;
}

/** A checkpoint of the log as documents and screens name it: which log, how many entries, and their root hash. */
export function checkpointWords({ origin, treeSize, signedNote }: { origin: string; treeSize: number; signedNote: string }): string {
  // The third line of a checkpoint (C2SP tlog-checkpoint).
  return `${origin}　${treeSize}　${signedNote.split("\n")[2] ?? ""}`;
}

/** Where an application stands, as a word: what has come of one that was decided. */
export function stageTag(text: Text, stage: ApplicationStage): Html {
  if (stage === "provisioned" || stage === "replaced" || stage === "lapsed")
    return html`<span class="ds-tag" data-color="${stage === "provisioned" ? "success" : "neutral"}">${text.stage[stage]}</span>`;
  return stateTag(text, stage);
}

/** In what capacity somebody acted. */
export function roleName(text: Text, role: Role): string {
  return role === "applicant" || role === "platform" || role === "system" ? text.role[role] : text.duty[role];
}

/** Checks as the regulation names them. */
export function checkNames(text: Text, checks: readonly CheckCode[]): string {
  return checks.map((check) => text.check[check]).join(text.separator);
}

/** A case's address. */
export function casePath(integrationNumber: string): string {
  return `/console/integrations/${encodeURIComponent(integrationNumber)}`;
}

/** An alert's address. */
export function alertPath(alertId: number): string {
  return `/console/system/alerts/${alertId}`;
}

/** Terms and what they are, one a line. */
export function facts(all: readonly (readonly [term: Html | string, description: Html | string])[]): Html {
  return html`<dl class="facts">${all.map(([term, description]) => html`<dt>${term}</dt><dd>${description}</dd>`)}</dl>`;
}
