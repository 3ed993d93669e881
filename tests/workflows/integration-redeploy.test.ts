import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAILURE_CONVERTER_PATH } from "../../src/adapters/temporal-client.ts";
import { bundleWorkflows } from "../../src/adapters/temporal-worker.ts";
import { integrationWorkflowId } from "../../src/integration-client.ts";
import { MANAGER, say } from "../support/integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform } from "../support/integration-platform.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FOUND = "  let seen = await begun;\n";
const ASKS = "await activities.readRecords(integrationNumber);\n";
const PATCH = "reads-the-records-at-its-beginning";
const folders: string[] = [];
let platform: IntegrationPlatform;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
});
afterAll(async () => {
  await platform.stop();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Tomorrow's workflows: those of today with something added. Unless told otherwise, where an integration begins. */
async function changedWorkflows(added: string, changed = "workflows/integration.ts", found = FOUND): Promise<WorkflowBundle> {
  const folder = mkdtempSync(join(tmpdir(), "redeploy-"));
  folders.push(folder);
  for (const part of ["workflows", "domain"]) cpSync(join(ROOT, "src", part), join(folder, "src", part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, "src", changed);
  const today = readFileSync(path, "utf8");
  expect(today.split(found)).toHaveLength(2);
  writeFileSync(path, today.replace(found, found + added).replace("workflowInfo,\n", "patched,\n  workflowInfo,\n"));
  return bundleWorkflows(join(folder, "src/workflows/index.ts"));
}

async function eventsOf(number: string) {
  const { events } = await platform.client.workflow.getHandle(integrationWorkflowId(number)).fetchHistory();
  return events ?? [];
}

async function patchesOf(number: string): Promise<number> {
  return (await eventsOf(number)).filter(({ markerRecordedEventAttributes: marker }) => marker?.markerName === "core_patch").length;
}

describe("an integration whose workflow is changed under way", () => {
  test("§3(3) goes on as it began where the change is patched; a new one takes it; unpatched, it waits and loses nothing", {
    timeout: 120_000,
  }, async () => {
    const [patched, unpatched] = await Promise.all([
      changedWorkflows(`  if (patched("${PATCH}")) ${ASKS}`),
      changedWorkflows(`  void patched;\n  ${ASKS}`),
    ]);
    const today = await platform.startWorker();
    const old = await platform.activated();
    await today.stop();

    const careless = await platform.startWorker(unpatched);
    // Who asks now waits, and gives up when it takes too long: then they ask again.
    const suspend = () => platform.integrations.suspend(old, say(MANAGER)).catch(() => undefined);
    const asked = suspend();
    await expect.poll(async () => (await eventsOf(old)).some(({ workflowTaskFailedEventAttributes: failed }) => failed != null)).toBe(true);
    expect(await platform.onRecord(old)).toMatchObject({ state: "active" });
    await careless.stop();

    await platform.startWorker(patched);
    await asked;
    const stateAfterAsking = async () => {
      if ((await platform.onRecord(old)).state !== "suspended") await suspend();
      return (await platform.onRecord(old)).state;
    };
    await expect.poll(stateAfterAsking).toBe("suspended");
    await platform.integrations.resume(old, say(MANAGER));
    await expect.poll(async () => (await platform.onRecord(old)).state).toBe("active");
    expect(await patchesOf(old)).toBe(0);

    const fresh = await platform.activated();
    expect(await patchesOf(fresh)).toBe(1);
  });

  test("§3(3) finds no fault with what was right: histories of before go on where today's rules refuse everything", {
    timeout: 120_000,
  }, async () => {
    const refuse = `\n  if (Date.now() > 0) throw new Error("no step is allowed any more");\n`;
    const stricter = await changedWorkflows(refuse, "domain/persons-step.ts", "  requirePerson(request.by);");
    const histories = readdirSync(join(ROOT, "tests/replay")).filter((file) => /^integration-.*\.json$/.test(file));
    expect(histories.length).toBeGreaterThan(10);
    for (const file of histories) {
      const history = historyFromJSON(JSON.parse(readFileSync(join(ROOT, "tests/replay", file), "utf8")));
      const dataConverter = { failureConverterPath: FAILURE_CONVERTER_PATH };
      await Worker.runReplayHistory({ workflowBundle: stricter, dataConverter }, history);
    }
  });
});
