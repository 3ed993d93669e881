import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findDeliveryKey } from "../../db/queries/dataset-import-delivery-key.ts";
import { destroyExpiredDeliveryKeys, destroyStrayKeys } from "../../src/activities/dataset-import-key-upkeep.ts";
import { createDatasetKeyActivities } from "../../src/activities/dataset-import-keys.ts";
import { decide } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const actor = "wu.officer";
let platform: ImportPlatform;
let worker: { stop(): Promise<void> };
beforeAll(async () => {
  platform = await createImportPlatform();
  const { dropDirectory, inboxDirectory, quarantineDirectory } = platform.context.config;
  for (const directory of [dropDirectory, inboxDirectory, quarantineDirectory]) mkdirSync(directory, { recursive: true });
  worker = await platform.startWorker();
});
afterAll(() => platform.remove());

const keep = (...request: Parameters<ReturnType<typeof createDatasetKeyActivities>["keepDatasetKeys"]>) =>
  createDatasetKeyActivities(platform.context).keepDatasetKeys(...request);
const folder = () => join(platform.context.config.keysDirectory, "openpgp/deliveries");
const fingerprintOf = async (name: string) => {
  platform.gnupg.makeKey(name, "ed25519");
  return { dataset: "household", publicKey: platform.gnupg.exportKey(name), actor, reason: "新任承辦" };
};

describe("a request that was cut short and is tried again", () => {
  test("§4(1)1 issues one key", async () => {
    const request = { action: "issue", dataset: "household", version: 4, days: 30, actor, reason: "九月交付" } as const;
    const first = await keep(request, "issue-1");
    expect(await keep(request, "issue-1")).toEqual(first);
    expect(readdirSync(folder())).toEqual([`${first.fingerprint}.asc`]);
  });

  test("§3(1) takes trust away once, and is on record", async () => {
    const key = await fingerprintOf("first@example.test");
    const { fingerprint = "" } = await keep({ action: "trust", ...key });
    const request = { action: "distrust", dataset: "household", fingerprint, actor, reason: "人員異動" } as const;
    await keep(request, "distrust-1");
    expect(await keep(request, "distrust-1")).toEqual({ fingerprint });
    await expect(keep(request, "distrust-2")).rejects.toMatchObject({ type: "unusable-key" });
    const { rows } = await platform.context.pool.query("select from dataset_step where step = 'supplier-key-distrusted'");
    expect(rows).toHaveLength(1);
  });
});

test("§4(1)1 requests that come at once don't undo each other", async () => {
  const keys = await Promise.all(["a", "b", "c", "d"].map((name) => fingerprintOf(`${name}@example.test`)));
  const added = await Promise.all(keys.map((key) => keep({ action: "trust", ...key })));
  const trusted = (await platform.keyFolder.trusted("civil-affairs")).map(({ fingerprint }) => fingerprint);
  expect(trusted).toEqual(expect.arrayContaining(added.map(({ fingerprint }) => fingerprint)));
});

test("§4(4) a key without a record, and halves of keys, are destroyed; what can't be read keeps no other key from its file", async () => {
  const known = await platform.issueDeliveryKey();
  const stray = `${"0".repeat(39)}1.asc`;
  for (const file of [stray, `${known.fingerprint}.asc.1.partial`, `${"0".repeat(39)}2.asc.dying`])
    writeFileSync(join(folder(), file), "half");
  const options = [...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-r", known.fingerprint, "-s", "-e"];
  const handle = await platform.deliver(platform.gnupg.run(householdFile(madeUpRows(20, 1)), ...options));
  expect(await handle.result()).toMatchObject({ imported: true, keyDestroyed: true });
  const other = await platform.issueDeliveryKey();
  await destroyStrayKeys(platform.context);
  const left = readdirSync(folder());
  expect(left).toContain(`${other.fingerprint}.asc`);
  expect(left.filter((file) => file === stray || !file.endsWith(".asc"))).toEqual([]);
});

test("§4(4) a key whose time has passed lives as long as its file waits for a decision", async () => {
  const { fingerprint } = await platform.issueDeliveryKey();
  const { fingerprint: unused } = await platform.issueDeliveryKey();
  const options = [...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-r", fingerprint, "-s", "-e"];
  await platform.untilQuarantined(
    await platform.deliver(platform.gnupg.run(householdFile(madeUpRows(20, 2), { claimedRows: 1 }), ...options)),
  );
  await destroyExpiredDeliveryKeys({ ...platform.context, now: () => new Date(Date.now() + 60 * 86_400_000) });
  expect(readdirSync(folder())).toContain(`${fingerprint}.asc`);
  expect(readdirSync(folder())).not.toContain(`${unused}.asc`);
});

describe("a key whose time has passed while a file waits unopened", () => {
  const DAY = 86_400_000;
  let fingerprint: string;
  let file: Buffer;
  let seed = 10;
  beforeEach(async () => {
    ({ fingerprint } = await platform.issueDeliveryKey());
    const options = [...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-r", fingerprint, "-s", "-e"];
    file = platform.gnupg.run(householdFile(madeUpRows(20, ++seed)), ...options);
  });

  /** Whether the key is still there after a sweep, so many days after its time. */
  async function livesAfter(days: number, config = platform.context.config): Promise<boolean> {
    const { expiresAt } = (await findDeliveryKey(platform.context.db, fingerprint)) ?? {};
    await destroyExpiredDeliveryKeys({ ...platform.context, config, now: () => new Date(Number(expiresAt) + days * DAY) });
    return readdirSync(folder()).includes(`${fingerprint}.asc`);
  }

  test("§4(4) lives while it lies in the drop folder, for two weeks at most", async () => {
    const dropped = join(platform.context.config.dropDirectory, "household.pgp");
    writeFileSync(dropped, file);
    expect(await livesAfter(1)).toBe(true);
    expect(await livesAfter(15)).toBe(false);
    rmSync(dropped);
  });

  test("§4(4) lives while the drop folder can't be read, for two weeks at most", async () => {
    const broken = { ...platform.context.config, dropDirectory: join(folder(), "gone") };
    expect(await livesAfter(1, broken)).toBe(true);
    expect(await livesAfter(15, broken)).toBe(false);
  });

  test("§4(4) lives while its import has not begun, and dies with the file", async () => {
    await worker.stop();
    const handle = await platform.deliver(file);
    expect(await livesAfter(1)).toBe(true);
    worker = await platform.startWorker();
    expect(await handle.result()).toMatchObject({ imported: true, keyDestroyed: true });
    expect(readdirSync(folder())).not.toContain(`${fingerprint}.asc`);
  });

  test("§4(4) lives while it waits for somebody in office to answer for it, and dies when nobody opens it", async () => {
    const handle = await platform.deliver(file, { deliveredBy: "nobody.officer" });
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "not-in-office" } });
    expect(await livesAfter(1)).toBe(true);
    await decide(platform.client, handle.importId, { choice: "destroy", actor, reason: "無人負責" });
    await handle.result();
    expect(await livesAfter(1)).toBe(false);
  });
});
