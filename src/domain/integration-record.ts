import type { Integration, TimelineEntry } from "./integration.ts";
import type { ApplicationStage } from "./integration-step.ts";
import { STEP_RULES } from "./integration-step.ts";

/** A step as it goes on record: what it is, and how it leaves the integration. */
export interface RecordedStep {
  /** The integration after the step; its timeline is on record already, but for the step itself. */
  readonly integration: Integration & { readonly timeline: readonly [TimelineEntry] };
  /** 1 for the submission, 2 for what follows; with the integration's number it names the step for good. */
  readonly sequence: number;
  /** Name of the request that a person's step came with. */
  readonly requestId?: string;
  /** SHA-256, in hexadecimal, of the token of the credential that the step gives. */
  readonly secretHash?: string;
  /** Addresses that an approval acknowledges to be another integration's too, canonical. */
  readonly sharedAddresses?: readonly string[];
}

/** The newest step of an integration. */
export function lastStep(integration: Integration, given: Omit<RecordedStep, "integration" | "sequence"> = {}): RecordedStep {
  const { timeline } = integration;
  return { integration: { ...integration, timeline: [timeline.at(-1) as TimelineEntry] }, sequence: timeline.length, ...given };
}

/** Where a step leaves the application that it is about; undefined when it is about the integration. */
export function stageAfter({ step, application }: TimelineEntry): ApplicationStage | undefined {
  if (application === undefined) return undefined;
  return step === "submit" || step === "amend" ? "submitted" : (STEP_RULES[step].to as ApplicationStage);
}
