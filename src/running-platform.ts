import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { openKeyStore } from "./adapters/key-store.ts";
import { connectTemporalClient } from "./adapters/temporal-client.ts";
import type { Config } from "./config.ts";

/** What `npm start` writes into the data directory while it runs (`run.json`), so that commands beside it find its servers. */
export interface RunningPlatform {
  /** `host:port`. */
  readonly temporalAddress?: string;
  readonly apiUrl?: string;
}

/** Where the platform of a data directory runs; empty when none does. */
export function readRunningPlatform(dataDirectory: string): RunningPlatform {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, "run.json"), "utf8")) as RunningPlatform;
  } catch {
    return {};
  }
}

/**
 * Connects a command to Temporal: TEMPORAL_ADDRESS, else that of the platform running from the data directory.
 * @throws Error when neither is there, or nothing answers
 */
export async function connectToPlatform(config: Config): Promise<Client> {
  const address = config.temporalAddress ?? readRunningPlatform(config.dataDirectory).temporalAddress;
  if (address === undefined) throw new Error(`No platform runs from ${config.dataDirectory}: start it with npm start, or set DATA_DIR or TEMPORAL_ADDRESS.`);
  return connectTemporalClient({ address, namespace: config.temporalNamespace, keys: openKeyStore(config.keysDirectory).temporalPayload });
}
