import { join } from "node:path";
import type { Client } from "@temporalio/client";
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
 * Where a command reads records: DATABASE_URL, else the embedded Postgres of the platform running from the data directory, as the worker's role.
 * @throws Error when neither is there
 */
export function runningDatabaseUrl({ databaseUrl, dataDirectory, keysDirectory }: Config): string {
  if (databaseUrl !== undefined) return databaseUrl;
  const port = findRunningPlatform(dataDirectory) && findEmbeddedPostgres(join(dataDirectory, "postgres"));
  if (port === undefined)
    throw new Error(
      `No platform with a Postgres of its own runs from ${dataDirectory}: start it with npm start, or set DATA_DIR or DATABASE_URL.`,
    );
  return `postgres://platform_worker:${encodeURIComponent(rolePassword(keysDirectory, "worker"))}@127.0.0.1:${port}/postgres`;
}
