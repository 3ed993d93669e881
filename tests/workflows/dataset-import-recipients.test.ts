import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";

let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  platform.gnupg.makeKey("stranger@example.test", "ed25519");
  await platform.startWorker();
});
afterAll(() => platform.remove());

const seal = (data: Buffer, ...options: string[]) =>
  platform.gnupg.run(data, ...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-s", "-e", ...options);
const liveKeys = async () =>
  (await platform.context.pool.query("select fingerprint from delivery_key where destroyed_at is null")).rows.map((row) => row.fingerprint);

describe("a hidden recipient", () => {
  test("§4(4) is the key that opens the file: no other delivery key dies, and the certificate names the right one", async () => {
    const { fingerprint } = await platform.issueDeliveryKey();
    await platform.issueDeliveryKey("disability");
    const handle = await platform.deliver(seal(householdFile(madeUpRows(20, 1)), "-r", STANDING, "--throw-keyids"));
    expect(await handle.result()).toMatchObject({ imported: true, keyKind: "standing", keyDestroyed: false });
    expect(await liveKeys()).toContain(fingerprint);
  });

  test("§4(4) that is a delivery key dies with the file, and hidden keys of others are counted", async () => {
    const { fingerprint } = await platform.issueDeliveryKey();
    const file = seal(householdFile(madeUpRows(20, 2)), "-r", fingerprint, "-r", "stranger@example.test", "--throw-keyids");
    const handle = await platform.deliver(file);
    expect(await handle.result()).toMatchObject({ imported: true, keyKind: "delivery", keyDestroyed: true });
    expect(await platform.record(handle.importId)).toMatchObject({ recipientFingerprint: fingerprint, otherRecipients: 1 });
    expect(await liveKeys()).not.toContain(fingerprint);
  });

  test("§4(1)1 that none of our keys opens is not us", async () => {
    const handle = await platform.deliver(seal(householdFile(madeUpRows(20, 3)), "-r", "stranger@example.test", "--throw-keyids"));
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "not-encrypted-for-us" } });
  });
});
