import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inboxFolder } from "../../src/activities/dataset-import-place.ts";
import { decide, startDatasetImport } from "../../src/dataset-import-client.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const MEGABYTE = 2 ** 20;
let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

const good = (style = {}) => householdFile(madeUpRows(30, 2), style);
const destroy = { choice: "destroy", actor: "wu.officer", reason: "退回重送" } as const;

/** Seals to a delivery key of its own, signed or not. */
async function sealToDeliveryKey(plaintext: Buffer, ...options: string[]) {
  const { fingerprint } = await platform.issueDeliveryKey();
  const file = platform.gnupg.run(plaintext, ...atTime(platform.nextTime()), "-u", CIVIL_AFFAIRS, "-r", fingerprint, "-e", ...options);
  return { fingerprint, file };
}

describe("a file that takes all memory", () => {
  test("§4(1)1 before its data begin is no OpenPGP file, long before its end", async () => {
    const header = Buffer.from([0xc1, 0xff, 0xff, 0xff, 0xff, 0xff]);
    const handle = await platform.deliver(Buffer.concat([header, Buffer.alloc(8 * MEGABYTE)]));
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "not-openpgp" } });
  });

  test("§4(1)1 behind its data is unreadable", { timeout: 120_000 }, async () => {
    const importId = randomUUID();
    const folder = inboxFolder(platform.context.config, importId);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "household.pgp");
    // A signature packet of nearly four gigabytes, of which the file holds a part, nearly all of it a hole.
    writeFileSync(file, Buffer.concat([platform.seal(good()), Buffer.from([0xc2, 0xff, 0xf0, 0x00, 0x00, 0x00])]));
    truncateSync(file, 640 * MEGABYTE);
    const handle = await startDatasetImport(platform.client, platform.context.config.taskQueue, importId);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "unreadable" } });
  });
});

test("§4(1)1 a file whose loading is killed again and again is unreadable, and waits for the officer", async () => {
  const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(20_000, 3))));
  const killed = new Set<string>();
  const killing = setInterval(() => {
    for (const pid of loadProcesses()) if (!killed.has(pid)) process.kill(Number(killed.add(pid) && pid), "SIGKILL");
  }, 20);
  try {
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "unreadable" } });
  } finally {
    clearInterval(killing);
  }
  expect(killed.size).toBe(3);
});

/** Ids of the processes that load for this platform. */
function loadProcesses(): string[] {
  const told = (pid: string, what: string) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, "utf8");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc").filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      told(pid, "cmdline").includes("dataset-import-load-process") &&
      told(pid, "environ").includes(`DATA_DIR=${platform.context.config.dataDirectory}`),
  );
}

describe("the certificate of a rejected file", () => {
  test("§4(4) says that its delivery key has died with it where its signature was good, whatever else was wrong", async () => {
    const { fingerprint, file } = await sealToDeliveryKey(good({ manifest: "none" }), "-s");
    const handle = await platform.deliver(file);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "manifest-missing" } });
    await decide(platform.client, handle.importId, destroy);
    expect(await handle.result()).toMatchObject({ keyKind: "delivery", keyDestroyed: true });
    expect(existsSync(join(platform.context.config.keysDirectory, "openpgp/deliveries", `${fingerprint}.asc`))).toBe(false);
  });

  test("§4(4) names the key that opened it, also where nobody had signed", async () => {
    const { fingerprint, file } = await sealToDeliveryKey(good());
    const handle = await platform.deliver(file);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "not-signed" } });
    await decide(platform.client, handle.importId, destroy);
    expect(await handle.result()).toMatchObject({ keyKind: "delivery", keyDestroyed: false });
    expect((await platform.certificates(handle.importId))[0]?.particulars).toMatchObject({ keyFingerprint: fingerprint, fileFound: true });
  });

  test("§4(4) claims no overwriting of a file that somebody removed by hand", async () => {
    const handle = await platform.deliver(platform.seal(good({ manifest: "none" })));
    await platform.untilQuarantined(handle);
    rmSync(join(platform.context.config.quarantineDirectory, handle.importId), { recursive: true });
    await decide(platform.client, handle.importId, destroy);
    await handle.result();
    expect((await platform.certificates(handle.importId))[0]?.particulars).toMatchObject({ fileFound: false, steps: ["absence checked"] });
  });
});

test("§4(1)1 a file that was taken while it was still written to is imported when it is tried again", async () => {
  const whole = platform.seal(good());
  const handle = await platform.deliver(whole.subarray(0, whole.length - 40));
  expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "truncated" } });
  writeFileSync(join(platform.context.config.quarantineDirectory, handle.importId, "household.pgp"), whole);
  await decide(platform.client, handle.importId, { choice: "retry", actor: "wu.officer", reason: "檔案已完整" });
  expect(await handle.result()).toMatchObject({ imported: true });
});

test("§3(10) an ID number in a file's name is masked on record", async () => {
  const handle = await platform.deliver(platform.seal(good({ manifest: "none" })), { name: "household-A123456789.pgp" });
  await platform.untilQuarantined(handle);
  expect((await platform.record(handle.importId)).fileName).toBe("household-A12345****.pgp");
});
