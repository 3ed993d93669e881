import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decide } from "../../src/dataset-import-client.ts";
import { importProgress } from "../../src/workflows/dataset-import.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";
import { createTimeSkippingEnvironment } from "../support/temporal.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
let environment: TestWorkflowEnvironment;
let platform: ImportPlatform;
/** How far the server's time has run ahead of the machine's. */
let skipped = 0;

beforeAll(async () => {
  environment = await createTimeSkippingEnvironment();
  platform = await createImportPlatform(environment, () => new Date(Date.now() + skipped));
  await platform.startWorker();
});
afterAll(async () => {
  await platform.remove();
  await environment.teardown();
});

async function skip(milliseconds: number): Promise<void> {
  skipped += milliseconds;
  await environment.sleep(milliseconds);
}

/** A file that nobody signed, in quarantine. */
async function quarantined() {
  const handle = await platform.deliver(platform.gnupg.run(householdFile(madeUpRows(5, 1)), "-r", STANDING, "-e"));
  const { waitsUntil = 0 } = await platform.untilQuarantined(handle);
  return { handle, waitsUntil, folder: join(platform.context.config.quarantineDirectory, handle.importId) };
}

const now = async () => environment.currentTimeMs();

describe("quarantine", () => {
  test("§4(4) ends after seven days: undecided, the file is destroyed and certified like any other", async () => {
    const { handle, waitsUntil, folder } = await quarantined();
    expect(Math.abs(waitsUntil - (await now()) - 7 * DAY)).toBeLessThan(MINUTE);
    await skip(waitsUntil - (await now()) - 10 * MINUTE);
    expect(await handle.query(importProgress)).toMatchObject({ stage: "quarantined" });
    expect(existsSync(folder)).toBe(true);
    await skip(20 * MINUTE);
    expect(await handle.result()).toMatchObject({ imported: false, rejection: { code: "not-signed" } });
    expect(existsSync(folder)).toBe(false);
    expect(await platform.record(handle.importId)).toMatchObject({ stage: "rejected", rejectionCode: "not-signed" });
    const [certificate, ...more] = await platform.certificates(handle.importId);
    expect(certificate).toMatchObject({ destroyedObject: "delivery-file", destroyedBy: "platform" });
    expect(Number(certificate?.destroyedAt)).toBeGreaterThanOrEqual(waitsUntil);
    expect(more).toEqual([]);
    await expect(decide(platform.client, handle.importId, { choice: "retry", actor: "wu.officer", reason: "太遲" })).rejects.toMatchObject({
      code: "not-in-quarantine",
    });
  });

  test("§4(4) is not made longer by another try: the days count from the first rejection", async () => {
    const { handle, waitsUntil, folder } = await quarantined();
    await skip(6 * DAY);
    await decide(platform.client, handle.importId, { choice: "retry", actor: "wu.officer", reason: "已洽該單位" });
    await expect.poll(async () => (await handle.query(importProgress)).waitsUntil).toBe(waitsUntil);
    expect(existsSync(folder)).toBe(true);
    await skip(DAY + 10 * MINUTE);
    await handle.result();
    expect(existsSync(folder)).toBe(false);
    expect(await platform.certificates(handle.importId)).toMatchObject([{ destroyedBy: "platform" }]);
  });
});
