import { randomUUID } from "node:crypto";
import { WorkflowNotFoundError } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { decodedHistory, rawHistory } from "../support/history.ts";
import { APPLICANT, MANAGER, madeUpApplication, OFFICER, say } from "../support/integration.ts";
import { codeOf, createIntegrationPlatform, fresh, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";

let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

describe("what Temporal keeps of an integration", () => {
  test("§4(1)3 is ciphertext, and holds no secret and nobody's ID number even when it is opened", async () => {
    const number = await platform.approved();
    const secret = createSecret();
    await platform.integrations.provision(number, { ...say(OFFICER), credential: fresh(secret) });
    await platform.integrations.revoke(number, say(MANAGER, "系統停用"));
    const raw = JSON.stringify(await rawHistory(platform.client, integrationWorkflowId(number)));
    for (const text of ["稅務局", MANAGER.account, "系統停用", hashSecret(secret)]) {
      expect(raw).not.toContain(text);
      expect(raw).not.toContain(Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1));
    }
    const opened = JSON.stringify(await decodedHistory(platform.client, integrationWorkflowId(number)));
    expect(opened).toContain("系統停用");
    expect(opened).not.toContain(secret);
    expect(opened).not.toMatch(/(?<![a-z0-9])[a-z][1289a-d]\d{8}(?![a-z0-9])/i);
  });

  test("§4(1)3 is nothing of an application whose number is somebody's ID number", async () => {
    const number = "A123456789";
    expect(await codeOf(platform.integrations.apply(madeUpApplication(number, inDays(0), inDays(9)), say(APPLICANT)))).toBe(
      "national-id-in-text",
    );
    await expect(platform.client.workflow.getHandle(integrationWorkflowId(number)).describe()).rejects.toThrow(WorkflowNotFoundError);
  });

  test("§4(1)3 is ciphertext where a step failed, too", async () => {
    const number = randomUUID();
    const draft = { ...madeUpApplication(number, inDays(0), inDays(9)), addresses: ["224.0.0.1"] };
    expect(await codeOf(platform.integrations.apply(draft, say(APPLICANT)))).toBe("address-not-public");
    const raw = JSON.stringify(await rawHistory(platform.client, integrationWorkflowId(number)));
    for (const text of ["224.0.0.1", "multicast", "ip-address.ts"]) expect(raw).not.toContain(text);
    expect(JSON.stringify(await decodedHistory(platform.client, integrationWorkflowId(number)))).toContain(
      "224.0.0.1 is a multicast address",
    );
  });
});
