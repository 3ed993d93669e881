import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { type OpenDatabase, openDatabase } from "../db/client.ts";
import { findRunningPlatform } from "./adapters/data-directory.ts";
import { findEmbeddedPostgres } from "./adapters/embedded-postgres.ts";
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
 * Opens the records for a command that does without Temporal: DATABASE_URL, else, as the worker, the Postgres of the platform running from the
 * data directory.
 * @throws Error when neither is there
 */
export function openRecords(config: Config): OpenDatabase {
  const port = findEmbeddedPostgres(join(config.dataDirectory, "postgres"));
  const url =
    config.databaseUrl ??
    (port === undefined
      ? undefined
      : `postgres://platform_worker:${rolePassword(config.keysDirectory, "worker")}@127.0.0.1:${port}/postgres`);
  if (url === undefined)
    throw new Error(`No database runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR or DATABASE_URL.`);
  return openDatabase(url, { max: 2, applicationName: "command" });
}
