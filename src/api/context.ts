import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { appendRequests } from "../../db/queries/query-log.ts";
import type { KeyStore } from "../adapters/key-store.ts";
import { createSourceAddress } from "../adapters/source-address.ts";
import { openIndexKey } from "../adapters/subject-keys.ts";
import { type AccessRegister, openAccessRegister } from "./access-register.ts";
import { type BodyRoom, createBodyRoom } from "./body-room.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createNeighbourWatch, type NeighbourWatch } from "./neighbour-watch.ts";
import { createQueryRecorder } from "./query-recorder.ts";
import { createRequestLimits, type RequestLimits } from "./request-limits.ts";
import { createSubjectLookup, type SubjectLookup } from "./subject-lookup.ts";

/** What the API needs to run. */
export interface ApiSettings {
  readonly trustedProxies: readonly string[];
  readonly metricsAddresses: readonly string[];
  /** Rows that one database statement may carry; 1 turns sharing off (the bench compares). */
  readonly rowsPerStatement: number;
  /** Statements under way at once. */
  readonly statementsAtOnce: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How entries are written; the bench compares. */
  readonly append?: typeof appendRequests;
}

/** Everything that the routes share. */
export interface ApiContext {
  readonly settings: ApiSettings;
  readonly logger: Logger;
  readonly pool: Pool;
  /** For what anybody may read of the log, so that strangers never queue before questions. */
  readonly logPool: Pool;
  readonly register: AccessRegister;
  readonly record: ReturnType<typeof createQueryRecorder>;
  readonly lookUp: SubjectLookup;
  readonly logIndexKey: KeyObject;
  readonly limits: RequestLimits;
  readonly bodyRoom: BodyRoom;
  readonly metrics: Metrics;
  readonly neighbours: NeighbourWatch;
  readonly sourceAddress: ReturnType<typeof createSourceAddress>;
  readonly now: () => number;
  close(): Promise<void>;
}

/** How the API shares statements: one append under way at a time, for all that has come in meanwhile. */
export const SHARED_STATEMENTS = { rowsPerStatement: 1000, statementsAtOnce: 1 } as const;

/**
 * Connections of an API process. The hot statements are planned once, and none may hold a connection for long; a server that doesn't even
 * refuse is given up a little later, so that nobody waits for it.
 */
export const API_CONNECTIONS = {
  max: 6,
  application_name: "api",
  options: "-c plan_cache_mode=force_generic_plan -c statement_timeout=10000",
  query_timeout: 12_000,
  connectionTimeoutMillis: 5000,
  keepAlive: true,
} as const;

/** How long a whole request may take to come (milliseconds): whoever drips one holds what is kept of it no longer. */
export const REQUEST_LIMIT = 30_000;

/** What reads of the log by anybody share: few, and those that wait too long are told to come back. */
export const LOG_CONNECTIONS = { ...API_CONNECTIONS, max: 2, connectionTimeoutMillis: 2000 } as const;

/** Rows that may wait for a statement: about two seconds of work. */
const MAXIMUM_WAITING_ROWS = 50_000;

/** @throws Error when the database can't be reached; KeyMissing when the data were hashed under a key that is not there */
export async function createApiContext(
  { pool, logPool }: Pick<ApiContext, "pool" | "logPool">,
  keyStore: KeyStore,
  logger: Logger,
  settings: ApiSettings,
): Promise<ApiContext> {
  const register = await openAccessRegister(pool, logger);
  for (const { indexKey } of register.current().datasets.generations) openIndexKey(keyStore.index, indexKey);
  const neighbours = createNeighbourWatch(pool, logger, settings.now);
  const limits = {
    maximumRows: settings.rowsPerStatement,
    statementsAtOnce: settings.statementsAtOnce,
    maximumWaitingRows: MAXIMUM_WAITING_ROWS,
  };
  return {
    settings,
    logger,
    pool,
    logPool,
    register,
    record: createQueryRecorder(pool, keyStore, limits, settings.append),
    lookUp: createSubjectLookup(keyStore.index),
    logIndexKey: keyStore.logIndex,
    limits: createRequestLimits(),
    bodyRoom: createBodyRoom(),
    metrics: createMetrics(),
    sourceAddress: createSourceAddress(settings.trustedProxies),
    now: settings.now,
    neighbours,
    async close() {
      await neighbours.close();
      await register.close();
    },
  };
}
