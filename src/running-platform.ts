import type { Client } from "@temporalio/client";
import { findRunningPlatform } from "./adapters/data-directory.ts";
import { openKeyStore } from "./adapters/key-store.ts";
import { rolePassword } from "./adapters/role-password.ts";
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

/**
 * The records, for a command that acts as the worker does: DATABASE_URL, else those of the platform running from the data directory.
 * @throws Error when neither is there
 */
export function workerDatabaseUrl(config: Config): string {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const databaseUrl = findRunningPlatform(config.dataDirectory)?.databaseUrl;
  if (databaseUrl === undefined)
    throw new Error(`No platform runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR or DATABASE_URL.`);
  const url = new URL(databaseUrl);
  url.username = "platform_worker";
  url.password = rolePassword(config.keysDirectory, "worker");
  return url.href;
}
