import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { createIntegrationClient, type IntegrationClient, integrationWorkflowId } from "../../src/integration-client.ts";
import { APPLICANT, MANAGER, madeUpApplication, OFFICER } from "../support/integration.ts";
import { recordHistory } from "../support/record-history.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";

const DAY = 86_400_000;
const inDays = (days: number) => taipeiDate(Date.now() + days * DAY);
const fresh = () => ({ credentialId: randomUUID(), secretHash: hashSecret(createSecret()) });
let platform: TestPlatform;
let integrations: IntegrationClient;

beforeAll(async () => {
  platform = await createTestPlatform();
  integrations = createIntegrationClient(platform.client, platform.context.config.taskQueue);
  await platform.startWorker();
});
afterAll(() => platform.stop());

async function provisioned(number: string, from: string): Promise<void> {
  await integrations.apply(madeUpApplication(number, from, inDays(400)), { by: APPLICANT, reason: "減免資格審查" });
  await integrations.approve(number, { by: MANAGER, reason: "範圍縮小", checks: ["resident"] });
  await integrations.provision(number, { by: OFFICER, reason: "已設定", credential: fresh() });
}

const keep = (number: string, file: string) => recordHistory(platform.client, integrationWorkflowId(number), file);

test("an integration that was revoked", async () => {
  await provisioned("replay-revoked", inDays(0));
  await expect.poll(async () => (await integrations.show("replay-revoked")).state).toBe("active");
  await integrations.addCredential("replay-revoked", { by: OFFICER, reason: "換發", credential: fresh() });
  await integrations.revoke("replay-revoked", { by: MANAGER, reason: "系統停用" });
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-revoked")).result();
  await keep("replay-revoked", "integration-revoked.json");
});

test("an integration that waits for its period", async () => {
  await provisioned("replay-provisioned", inDays(30));
  await keep("replay-provisioned", "integration-provisioned.json");
});

test("an integration that was refused", async () => {
  await integrations.apply(madeUpApplication("replay-refused", inDays(0), inDays(30)), { by: APPLICANT, reason: "減免資格審查" });
  await integrations.refuse("replay-refused", { by: MANAGER, reason: "目的不符" });
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-refused")).result();
  await keep("replay-refused", "integration-refused.json");
});
