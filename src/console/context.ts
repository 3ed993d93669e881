import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Database } from "../../db/tables/database.ts";
import type { KeepAlerts } from "../abnormal-use-client.ts";
import type { KeyRing, LogKeys } from "../adapters/key-store.ts";
import { hashPassword } from "../adapters/password-hash.ts";
import { createToken } from "../adapters/session-token.ts";
import { createSourceAddress } from "../adapters/source-address.ts";
import type { DatasetClient } from "../dataset-import-client.ts";
import type { AddressDecision } from "../domain/ip-inventory.ts";
import type { RaiseFinding } from "../finding-client.ts";
import type { IntegrationClient } from "../integration-client.ts";
import type { SeeWorker } from "../process-health.ts";
import type { RetentionClient } from "../retention-client.ts";

/** What the console needs to run; the clock is here, so that tests can hold it still. */
export interface ConsoleParts {
  readonly settings: {
    /** Where browsers find it; undefined: on this machine itself, without TLS. */
    readonly consoleOrigin: string | undefined;
    readonly consoleIdleMinutes: number;
    readonly trustedProxies: readonly string[];
    /** Whether applications may name private addresses. */
    readonly privateAddressesAllowed: boolean;
  };
  readonly logger: Logger;
  readonly db: Kysely<Database>;
  /** Opens authenticators' secrets, drafts of applications, and their letters. */
  readonly keys: KeyRing;
  /** Open the query log's entries, each with its opening on record. */
  readonly logKeys: LogKeys;
  readonly integrations: IntegrationClient;
  readonly keepAlerts: KeepAlerts;
  readonly seeWorker: SeeWorker;
  /** Takes the dedicated officer's word to a review of addresses, by the id of its process. @throws RuleViolation */
  readonly decideFoundAddress: (workflowId: string, decision: AddressDecision) => Promise<void>;
  readonly raiseFinding: RaiseFinding;
  /** The end of the log's months. */
  readonly retention: RetentionClient;
  /** Decisions about rejected files, and the keys of deliveries. */
  readonly datasets: DatasetClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Everything that the pages share. */
export interface ConsoleContext extends ConsoleParts {
  readonly sourceAddress: ReturnType<typeof createSourceAddress>;
  /** Hashed where there is no password to compare with, so that it takes as long. */
  readonly nobodysPassword: string;
}

export async function createConsoleContext(parts: ConsoleParts): Promise<ConsoleContext> {
  return {
    ...parts,
    sourceAddress: createSourceAddress(parts.settings.trustedProxies),
    nobodysPassword: await hashPassword(createToken()),
  };
}
