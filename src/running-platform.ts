import type { Client } from "@temporalio/client";
import { type OpenDatabase, openDatabase } from "../db/client.ts";
import { findRunningPlatform } from "./adapters/data-directory.ts";
import { KEYS_OF, openKeyStore } from "./adapters/key-store.ts";
import { type RecordsRole, rolePassword } from "./adapters/role-password.ts";
import { connectTemporalClient } from "./adapters/temporal-client.ts";
import type { Config } from "./config.ts";

/**
 * The URL by which commands that do without Temporal open the records: DATABASE_URL, which must be that role's, else that of the platform running
 * from the data directory, with the role's password from the key folder.
 * @throws Error when neither is there
 */
export function recordsUrl(config: Config, role: RecordsRole): string {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const running = findRunningPlatform(config.dataDirectory);
  if (running === undefined)
    throw new Error(`No platform runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR, or DATABASE_URL of ${role}.`);
  const url = new URL(running.databaseUrl);
  url.username = role;
  url.password = rolePassword(config.keysDirectory, role);
  return url.href;
}

/** Opens the records for a command, as the worker does unless another role is named. @throws Error as `recordsUrl` */
export function openRecords(config: Config, role: RecordsRole = "platform_worker"): OpenDatabase {
  return openDatabase(recordsUrl(config, role), { max: 2, applicationName: "command" });
}

/**
 * Connects a command to Temporal: TEMPORAL_ADDRESS, else that of the platform running from the data directory.
 * @throws Error when neither is there, or nothing answers
 */
export async function connectToPlatform(config: Config): Promise<Client> {
  const address = config.temporalAddress ?? findRunningPlatform(config.dataDirectory)?.temporalAddress;
  if (address === undefined)
    throw new Error(`No platform runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR or TEMPORAL_ADDRESS.`);
  return connectTemporalClient({
    address,
    namespace: config.temporalNamespace,
    keys: openKeyStore(config.keysDirectory, KEYS_OF.command).temporalPayload,
  });
}
