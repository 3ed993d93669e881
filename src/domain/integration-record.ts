import type { Credential } from "./credential.ts";
import type { Approval, Integration, TimelineEntry } from "./integration.ts";
import type { IntegrationState } from "./integration-step.ts";

/** A step as it goes on record, with what it gives. */
export interface RecordedStep extends TimelineEntry {
  readonly applicationNumber: string;
  /** 1 for the submission, 2 for what follows; with the number it names the step for good. */
  readonly sequence: number;
  /** The state that the step leads to. */
  readonly state: IntegrationState;
  /** Only of an approval. */
  readonly approval?: Approval;
  /** Only of a step that gives a credential; SHA-256 of its token in hexadecimal. */
  readonly credential?: Credential & { readonly secretHash: string };
}

/** The newest step of an integration. @param secretHash of the credential that the step gives */
export function lastStep({ application, state, approval, credentials, timeline }: Integration, secretHash?: string): RecordedStep {
  const entry = timeline.at(-1) as TimelineEntry;
  const credential = credentials.at(-1);
  return {
    ...entry,
    applicationNumber: application.applicationNumber,
    sequence: timeline.length,
    state,
    ...(entry.step === "approve" && approval !== undefined ? { approval } : {}),
    ...(secretHash !== undefined && credential !== undefined ? { credential: { ...credential, secretHash } } : {}),
  };
}
