import { rmSync } from "node:fs";
import { expect } from "vitest";
import { logVerifierKeys } from "../../src/adapters/log-signing-key.ts";
import { createRetentionClient, type RetentionClient } from "../../src/retention-client.ts";
import { openCheckpoint } from "../../src/transparency/checkpoint.ts";
import { verifyInclusion } from "../../src/transparency/proof-check.ts";
import { parseVerifierKey } from "../../src/transparency/verifier-key.ts";
import { ask, startTestApi, type TestApi } from "./api.ts";
import { ORIGIN, openTestLogKeeping, type TestLogKeeping } from "./log-keeping.ts";
import { madeUpId, PEOPLE, question } from "./people.ts";
import { seedCredential, seedGenerations, seedIntegration } from "./seed.ts";
import { createTestPlatform, type TemporalConnections, type TestPlatform } from "./worker.ts";

export interface Receipt {
  readonly leafHash: string;
  readonly leafIndex: number;
}

/** A worker, and an API that asks at any moment, on one database. */
export interface LogPlatform extends TestPlatform {
  readonly api: TestApi;
  readonly keeping: TestLogKeeping;
  readonly retention: RetentionClient;
  /** Who asks. */
  readonly integrationId: number;
  /** The clock of activities, epoch milliseconds. */
  clock: number;
  /** Real questions at a moment (ISO 8601), and their receipts; the month of that moment gets its partition. */
  askAt(moment: string, count?: number, changes?: Record<string, unknown>): Promise<Receipt[]>;
  /** Whether the served proof of a receipt holds against the newest signed checkpoint. */
  proves(receipt: Receipt): Promise<boolean>;
  /** How many entries the log holds of a month. */
  entriesOf(month: string): Promise<number>;
}

export async function createLogPlatform(temporal?: TemporalConnections): Promise<LogPlatform> {
  let [clock, askedAt] = [Date.now(), Date.now()];
  const platform = await createTestPlatform(temporal, () => new Date(clock));
  const api = await startTestApi({ now: () => askedAt }, platform.database);
  const keeping = openTestLogKeeping(api);
  const { pool } = api.owner;
  await pool.query("update dataset set approved_from = '2010-01-01'");
  await seedGenerations(pool, api.keyStore, Object.values(PEOPLE));
  const { integrationId } = await seedIntegration(pool, { checks: ["resident"], from: new Date("2010-01-01") });

  async function askAt(moment: string, count = 1, changes: Record<string, unknown> = {}): Promise<Receipt[]> {
    askedAt = Date.parse(moment);
    const { token } = await seedCredential(pool, integrationId, new Date(askedAt - 1000), new Date(askedAt + 3_600_000));
    await pool.query("select create_query_log_partitions(($1::timestamptz at time zone 'Asia/Taipei')::date, 1)", [moment]);
    await api.settle();
    const { subject: _, ...rest } = question({}, { checks: ["resident"], ...changes });
    const subjects = Array.from({ length: count }, (_, place) => ({ nationalId: madeUpId(7000 + place), name: "李小華" }));
    const { status, body } = await ask(api.url, { subjects, ...rest }, { token, path: "/v1/verifications/batch" });
    expect(status).toBe(200);
    return body.results.map(({ receipt }: { receipt: Receipt }) => receipt);
  }

  return {
    ...platform,
    api,
    keeping,
    integrationId,
    retention: createRetentionClient(platform.client, platform.context.config.taskQueue),
    get clock() {
      return clock;
    },
    set clock(moment) {
      clock = moment;
    },
    askAt,
    async proves({ leafHash, leafIndex }) {
      const { status, body } = await ask(api.url, undefined, { method: "GET", path: `/v1/log/leaves/${leafIndex}/proof` });
      expect(status).toBe(200);
      const keys = logVerifierKeys(api.keysDirectory, ORIGIN).map(parseVerifierKey);
      const { size, root } = openCheckpoint(body.checkpoint, keys).checkpoint;
      const proof = body.proof.map((hash: string) => Buffer.from(hash, "base64"));
      return verifyInclusion(Buffer.from(leafHash, "hex"), leafIndex, size, proof, root);
    },
    async entriesOf(month) {
      const { rows } = await pool.query(
        "select count(*)::int as n from query_log where to_char(asked_at at time zone 'Asia/Taipei', 'YYYY-MM') = $1",
        [month],
      );
      return rows[0].n;
    },
    async stop() {
      await keeping.close();
      rmSync(keeping.directory, { recursive: true });
      await api.close();
      await platform.stop();
    },
  };
}
