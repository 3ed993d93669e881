import { html } from "hono/html";
import type { CheckCode } from "../domain/checks.ts";
import type { ApplicationStage, IntegrationState, Role } from "../domain/integration-step.ts";
import { taipeiDate } from "../domain/roc-date.ts";
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
  expired: "neutral",
  revoked: "danger",
};

/** A state as a word, with its colour. */
export function stateTag(text: Text, state: IntegrationState): Html {
  return html`<span class="ds-tag" data-color="${COLOUR[state]}">${text.state[state]}</span>`;
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

/** The last day of a period that holds until just before a moment. */
export function lastDayOf(until: number): string {
  return taipeiDate(until - 1);
}

/** A case's address. */
export function casePath(integrationNumber: string): string {
  return `/console/integrations/${encodeURIComponent(integrationNumber)}`;
}
