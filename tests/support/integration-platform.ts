import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { findIntegration, type IntegrationSummary } from "../../db/queries/integration.ts";
import { createSecret, hashSecret } from "../../src/adapters/credential-secret.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import type { RuleViolation } from "../../src/domain/rule-violation.ts";
import { createIntegrationClient, type IntegrationClient } from "../../src/integration-client.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, OFFICER, say } from "./integration.ts";
import { createTestPlatform, type TestPlatform } from "./worker.ts";

const DAY = 86_400_000;

/** The day (ISO 8601) in Taiwan so many days from now. Asked for when it is needed: a test may last beyond midnight. */
export function inDays(days: number): string {
  return taipeiDate(Date.now() + days * DAY);
}

/** What an officer's command sends of a secret. */
export function fresh(secret = createSecret()) {
  return { credentialId: randomUUID(), secretHash: hashSecret(secret) };
}

/** The code of the rule that a step breaks; undefined when it breaks none. */
export function codeOf(step: Promise<unknown>): Promise<string | undefined> {
  return step.then(
    () => undefined,
    (error: RuleViolation) => error.code,
  );
}

/** A worker with real servers, and integrations at any point of their life. */
export interface IntegrationPlatform extends TestPlatform {
  readonly integrations: IntegrationClient;
  /** A fresh application's number. */
  applied(): Promise<string>;
  checked(): Promise<string>;
  approved(): Promise<string>;
  activated(): Promise<string>;
  onRecord(number: string): Promise<IntegrationSummary>;
  /** How many rows a table has of an integration. */
  count(table: string, integrationId: number, condition?: string): Promise<number>;
}

/** @param given a platform of somebody else, who stops it */
export async function createIntegrationPlatform(given?: TestPlatform): Promise<IntegrationPlatform> {
  const platform = given ?? (await createTestPlatform());
  const { db, pool, config } = platform.context;
  const integrations = createIntegrationClient(platform.client, config.taskQueue);

  async function applied(): Promise<string> {
    const number = randomUUID();
    await integrations.apply(madeUpApplication(number, inDays(0), inDays(30)), say(APPLICANT));
    return number;
  }

  async function checked(): Promise<string> {
    const number = await applied();
    await integrations.check(number, say(CASE_OFFICER));
    return number;
  }

  async function approved(): Promise<string> {
    const number = await checked();
    await integrations.approve(number, say(MANAGER));
    return number;
  }

  async function activated(): Promise<string> {
    const number = await approved();
    await integrations.provision(number, { ...say(OFFICER), credential: fresh() });
    await expect.poll(async () => (await onRecord(number)).state).toBe("active");
    return number;
  }

  async function onRecord(number: string): Promise<IntegrationSummary> {
    const found = await findIntegration(db, number);
    if (found === undefined) throw new Error("not on record");
    return found;
  }

  async function count(table: string, integrationId: number, condition = "true"): Promise<number> {
    const { rows } = await pool.query(`select count(*)::int as n from ${table} where integration_id = $1 and ${condition}`, [
      integrationId,
    ]);
    return rows[0].n;
  }

  return { ...platform, integrations, applied, checked, approved, activated, onRecord, count };
}
