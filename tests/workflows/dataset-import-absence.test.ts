import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { destroyDeliveryKey } from "../../src/activities/dataset-import-destroy.ts";
import { decide } from "../../src/dataset-import-client.ts";
import { startDropFolderWatcher } from "../../src/dataset-import-watcher.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

let platform: ImportPlatform;
let quarantine: string;
beforeAll(async () => {
  platform = await createImportPlatform();
  quarantine = platform.context.config.quarantineDirectory;
  await platform.startWorker();
});
afterAll(() => platform.remove());

async function rejected(seed: number) {
  const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(20, seed), { claimedRows: 1 })));
  await platform.untilQuarantined(handle);
  return handle;
}
const destroy = (importId: string) => decide(platform.client, importId, { choice: "destroy", actor: "wu.officer", reason: "退回重送" });
const particulars = async (importId: string) => (await platform.certificates(importId)).map((certificate) => certificate.particulars);

describe("a folder of rejected files on a volume that is away", () => {
  const away = () => `${quarantine}.away`;

  test("§4(4) is waited for: nothing is certified that nobody can look at", async () => {
    const handle = await rejected(1);
    renameSync(quarantine, away());
    await destroy(handle.importId);
    await expect.poll(async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0).toBeGreaterThan(1);
    expect(await particulars(handle.importId)).toEqual([]);
    renameSync(away(), quarantine);
    expect(await handle.result()).toMatchObject({ imported: false });
    expect(await particulars(handle.importId)).toMatchObject([{ fileFound: true }]);
    expect(readdirSync(quarantine)).toEqual([]);
  });

  test("§4(4) where it left an empty one behind gives its file back to be destroyed, and certified once more", async () => {
    const handle = await rejected(2);
    renameSync(quarantine, away());
    mkdirSync(quarantine);
    await destroy(handle.importId);
    await handle.result();
    expect(await particulars(handle.importId)).toMatchObject([{ fileFound: false, steps: ["absence checked"] }]);
    rmSync(quarantine, { recursive: true });
    renameSync(away(), quarantine);
    const watcher = await startDropFolderWatcher(platform.context, platform.client);
    await expect.poll(() => readdirSync(quarantine)).toEqual([]);
    await watcher.stop();
    const [, second] = await platform.certificates(handle.importId);
    expect(second).toMatchObject({ objectKey: `delivery-file/${handle.importId}/quarantine`, particulars: { fileFound: true } });
    expect(JSON.stringify(second?.particulars)).toContain("匯入程序結束後");
  });
});

describe("a delivery key that somebody removed", () => {
  const keyCertificate = async (fingerprint: string) =>
    (
      await platform.context.pool.query("select particulars from destruction_certificate where object_key = $1", [
        `delivery-key/${fingerprint}`,
      ])
    ).rows.map((row) => row.particulars);
  const folder = () => join(platform.context.config.keysDirectory, "openpgp/deliveries");

  test("§4(4) is certified as gone, not as overwritten", async () => {
    const { fingerprint } = await platform.issueDeliveryKey();
    rmSync(join(folder(), `${fingerprint}.asc`));
    await destroyDeliveryKey(platform.context, fingerprint, null, "platform");
    expect(await keyCertificate(fingerprint)).toEqual([{ fingerprint, keyFound: false, steps: ["absence checked"] }]);
  });

  test("§4(4) is another than one whose destruction was killed half way", async () => {
    const { fingerprint } = await platform.issueDeliveryKey();
    renameSync(join(folder(), `${fingerprint}.asc`), join(folder(), `${fingerprint}.asc.dying`));
    await destroyDeliveryKey(platform.context, fingerprint, null, "platform");
    expect(await keyCertificate(fingerprint)).toMatchObject([{ keyFound: true, steps: expect.arrayContaining(["unlinked"]) }]);
    expect(readdirSync(folder()).filter((file) => file.startsWith(fingerprint))).toEqual([]);
  });
});
