import { randomUUID } from "node:crypto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { createIntegrationClient, type IntegrationClient, integrationWorkflowId } from "../../src/integration-client.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";
import { keepHistory } from "./keep-history.ts";

const DAY = 86_400_000;
let environment: TestWorkflowEnvironment;
let platform: TestPlatform;
let integrations: IntegrationClient;

beforeAll(async () => {
  environment = await createTimeSkippingEnvironment();
  platform = await createTestPlatform(environment);
  integrations = createIntegrationClient(platform.client, platform.context.config.taskQueue);
  await platform.startWorker();
});
afterAll(async () => {
  await platform.stop();
  await environment.teardown();
});

async function applied(number: string, days: number): Promise<void> {
  const now = await environment.currentTimeMs();
  await integrations.apply(madeUpApplication(number, taipeiDate(now), taipeiDate(now + days * DAY)), say(APPLICANT));
}

async function active(number: string, days: number): Promise<void> {
  await applied(number, days);
  await integrations.check(number, say(CASE_OFFICER));
  await integrations.approve(number, say(MANAGER));
  await integrations.provision(number, {
    ...say(OFFICER),
    credential: { credentialId: randomUUID(), secretHash: hashSecret(createSecret()) },
  });
  await expect.poll(async () => (await integrations.show(number)).state).toBe("active");
}

const keep = (number: string, file: string) => keepHistory(platform.client, integrationWorkflowId(number), file);

test("an integration whose application was sent back and never came again", async () => {
  await applied("replay-lapsed", 90);
  await integrations.sendBack("replay-lapsed", say(CASE_OFFICER));
  await environment.sleep(62 * DAY);
  expect(await platform.client.workflow.getHandle(integrationWorkflowId("replay-lapsed")).result()).toBe("lapsed");
  await keep("replay-lapsed", "integration-lapsed.json");
});

test("an integration whose period is over", async () => {
  await active("replay-expired", 20);
  await environment.sleep(22 * DAY);
  expect(await platform.client.workflow.getHandle(integrationWorkflowId("replay-expired")).result()).toBe("expired");
  await keep("replay-expired", "integration-expired.json");
});

test("an integration that nobody used: warned, then suspended", async () => {
  await active("replay-idle", 700);
  await environment.sleep(181 * DAY);
  await expect.poll(async () => (await integrations.show("replay-idle")).timeline.at(-1)?.step).toBe("warnIdle");
  await keep("replay-idle", "integration-warned.json");
  await environment.sleep(31 * DAY);
  await expect.poll(async () => (await integrations.show("replay-idle")).suspendedFor).toBe("idle");
  await keep("replay-idle", "integration-idle.json");
});
