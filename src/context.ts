import type { Kysely } from "kysely";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Database } from "../db/tables/database.ts";
import type { KeyStore } from "./adapters/key-store.ts";
import type { Config } from "./config.ts";

/** What activities work with. The clock and the ids are here, so that tests can hold them still. */
export interface WorkerContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  readonly keyStore: KeyStore;
  readonly now: () => Date;
  /** A fresh UUID. */
  readonly randomId: () => string;
}
