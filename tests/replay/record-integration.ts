import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import type { Actor } from "../../src/domain/integration-step.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { createIntegrationClient, type IntegrationClient, integrationWorkflowId } from "../../src/integration-client.ts";
import { stopIntegration } from "../../src/integration-stop.ts";
import { recordsChanged } from "../../src/workflows/integration.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpAddress, madeUpApplication, OFFICER } from "../support/integration.ts";
import { createTestPlatform, type TestPlatform } from "../support/worker.ts";
import { keepHistory } from "./keep-history.ts";

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

const say = (by: Actor, reason: string) => ({ by, reason });

async function submitted(number: string, from: string): Promise<void> {
  await integrations.apply(madeUpApplication(number, from, inDays(400)), say(APPLICANT, "減免資格審查"));
}

async function checked(number: string, from: string): Promise<void> {
  await submitted(number, from);
  await integrations.check(number, say(CASE_OFFICER, "文件齊備"));
}

async function provisioned(number: string, from: string): Promise<void> {
  await checked(number, from);
  await integrations.approve(number, { ...say(MANAGER, "範圍縮小"), checks: ["resident"] });
  await integrations.provision(number, { ...say(OFFICER, "已設定"), credential: fresh() });
}

async function active(number: string): Promise<void> {
  await provisioned(number, inDays(0));
  await expect.poll(async () => (await integrations.show(number)).state).toBe("active");
}

const keep = (number: string, file: string, runId?: string) => keepHistory(platform.client, integrationWorkflowId(number), file, runId);

test("an integration that waits for the case officer", async () => {
  await submitted("replay-submitted", inDays(0));
  await keep("replay-submitted", "integration-submitted.json");
});

test("an integration that waits for the dedicated officer", async () => {
  await checked("replay-approved", inDays(0));
  await integrations.approve("replay-approved", say(MANAGER, "符合目的"));
  await keep("replay-approved", "integration-approved.json");
});

test("an integration that was sent back, and waits for its applicant", async () => {
  await checked("replay-returned", inDays(0));
  await integrations.sendBack("replay-returned", say(CASE_OFFICER, "請補正"));
  await keep("replay-returned", "integration-returned.json");
});

test("an integration that waits for a manager", async () => {
  await checked("replay-checked", inDays(0));
  await integrations.sendBack("replay-checked", say(CASE_OFFICER, "請補正"));
  await integrations.resubmit("replay-checked", { ...say(APPLICANT, "已補正"), correction: { purpose: "房屋稅減免審查" } });
  await integrations.check("replay-checked", say(CASE_OFFICER, "文件齊備"));
  await keep("replay-checked", "integration-checked.json");
});

test("an integration that was withdrawn", async () => {
  await checked("replay-withdrawn", inDays(0));
  await integrations.withdraw("replay-withdrawn", say(APPLICANT, "改採紙本"));
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-withdrawn")).result();
  await keep("replay-withdrawn", "integration-withdrawn.json");
});

test("an integration that was refused", async () => {
  await checked("replay-refused", inDays(0));
  await integrations.refuse("replay-refused", say(MANAGER, "目的不符"));
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-refused")).result();
  await keep("replay-refused", "integration-refused.json");
});

test("an integration that waits for its period", async () => {
  await provisioned("replay-provisioned", inDays(30));
  await keep("replay-provisioned", "integration-provisioned.json");
});

test("an integration that is active, with a change under way", async () => {
  await active("replay-active");
  await integrations.addCredential("replay-active", { ...say(OFFICER, "換發"), credential: fresh() });
  await integrations.amend("replay-active", {
    ...say(APPLICANT, "機房搬遷"),
    draft: { applicationNumber: "replay-active-2", kind: "change", addresses: [madeUpAddress()] },
  });
  await keep("replay-active", "integration-active.json");
});

test("an integration that was renewed, and goes on in a run of its own", async () => {
  await active("replay-renewed");
  const handle = platform.client.workflow.getHandle(integrationWorkflowId("replay-renewed"));
  const { runId } = await handle.describe();
  const draft = { applicationNumber: "replay-renewed-2", kind: "renewal" } as const;
  await integrations.amend("replay-renewed", { ...say(APPLICANT, "續約"), draft });
  await integrations.check("replay-renewed", say(CASE_OFFICER, "文件齊備"));
  await integrations.approve("replay-renewed", say(MANAGER, "符合目的"));
  await integrations.provision("replay-renewed", say(OFFICER, "已設定"));
  await expect.poll(async () => (await handle.describe()).runId).not.toBe(runId);
  await keep("replay-renewed", "integration-before-renewal.json", runId);
  await integrations.suspend("replay-renewed", say(OFFICER, "維護"));
  await integrations.resume("replay-renewed", say(MANAGER, "恢復"));
  await keep("replay-renewed", "integration-renewed.json");
});

test("an integration that was stopped in the records, and knows", async () => {
  await active("replay-suspended");
  await stopIntegration(platform.context.db, "replay-suspended", say(OFFICER, "異常"), Date.now());
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-suspended")).signal(recordsChanged);
  await expect.poll(async () => (await integrations.show("replay-suspended")).state).toBe("suspended");
  await keep("replay-suspended", "integration-suspended.json");
});

test("an integration that was revoked", async () => {
  await active("replay-revoked");
  await integrations.revoke("replay-revoked", say(MANAGER, "系統停用"));
  await platform.client.workflow.getHandle(integrationWorkflowId("replay-revoked")).result();
  await keep("replay-revoked", "integration-revoked.json");
});
