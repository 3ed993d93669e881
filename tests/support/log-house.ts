import { alertsOf } from "../../src/abnormal-use-client.ts";
import { createDatasetClient } from "../../src/dataset-import-client.ts";
import { findingsOf } from "../../src/finding-client.ts";
import { createIntegrationClient } from "../../src/integration-client.ts";
import { workerOf } from "../../src/process-health.ts";
import { startTestConsole, type TestConsole } from "./console.ts";
import { createLogPlatform, type LogPlatform } from "./log-platform.ts";
import { PEOPLE } from "./people.ts";

/** The office and its query log: an API that was asked, a worker, and the console. */
export interface LogHouse {
  readonly platform: LogPlatform;
  readonly console_: TestConsole;
  /** Application number of the integration that asks. */
  readonly integrationNumber: string;
  stop(): Promise<void>;
}

/** Sixty entries of yesterday and two of today's persons, a signed log, and two alerts of abnormal use. */
export async function openLogHouse(): Promise<LogHouse> {
  const platform = await createLogPlatform();
  await platform.startWorker();
  const { pool } = platform.api.owner;
  const moment = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const person = ({ nationalId, name, birthDate }: { nationalId: string; name: string; birthDate: string }) => ({
    nationalId,
    name,
    birthDate,
  });
  await platform.askAt(moment(26), 60, { operator: "mass-1" });
  await platform.askAt(moment(2), 1, { subjects: [person(PEOPLE.plain)], reason: "低收入戶資格審查" });
  await platform.askAt(moment(1), 1, { subjects: [person(PEOPLE.indigenous)], caseNumber: "113-社-000456", operator: "tax-043" });
  await platform.keeping.settle();
  await pool.query(
    `insert into abnormal_use_alert (alert_key, integration_id, kind, window_from, window_until, counts, found_at)
      values ('a', $1, 'hourly-volume', now() - interval '26 hours', now() - interval '25 hours', '{"subjects": 60, "usual": 4}', now() - interval '1 day'),
        ('b', $1, 'off-hours', now() - interval '26 hours', now() - interval '25 hours', '{"subjects": 60, "usual": 0}', now() - interval '1 day')`,
    [platform.integrationId],
  );
  const { rows } = await pool.query("select application_number from integration where integration_id = $1", [platform.integrationId]);
  const console_ = await startTestConsole({
    database: platform.database,
    logKeys: platform.api.keyStore,
    integrations: createIntegrationClient(platform.client, platform.context.config.taskQueue),
    raiseFinding: findingsOf(platform.client, platform.context.config.taskQueue),
    retention: platform.retention,
    datasets: createDatasetClient(platform.client, platform.context.config.taskQueue),
    seeWorker: workerOf(platform.client, platform.context.config.taskQueue),
    keepAlerts: alertsOf(platform.client, platform.context.config.taskQueue),
  });
  return {
    ...{ platform, console_, integrationNumber: rows[0].application_number },
    async stop() {
      await console_.close();
      await platform.stop();
    },
  };
}
