import type { Client } from "@temporalio/client";
import { findRunningPlatform } from "./adapters/data-directory.ts";
import { openKeyStore } from "./adapters/key-store.ts";
import { connectTemporalClient } from "./adapters/temporal-client.ts";
import type { Config } from "./config.ts";

/**
 * Connects a command to Temporal: TEMPORAL_ADDRESS, else that of the platform running from the data directory.
 * @throws Error when neither is there, or nothing answers
 */
export async function connectToPlatform(config: Config): Promise<Client> {
  const address = config.temporalAddress ?? findRunningPlatform(config.dataDirectory)?.temporalAddress;
  if (address === undefined)
    throw new Error(`No platform runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR or TEMPORAL_ADDRESS.`);
  return connectTemporalClient({ address, namespace: config.temporalNamespace, keys: openKeyStore(config.keysDirectory).temporalPayload });
}
