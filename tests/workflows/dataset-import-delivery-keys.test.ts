import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createMessage, encrypt, readKey, readPrivateKey } from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askForKeys, decide } from "../../src/dataset-import-client.ts";
import { startDropFolderWatcher } from "../../src/dataset-import-watcher.ts";
import { householdFile, madeUpRows } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

const DAY = 86_400_000;
let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

type Request = Parameters<typeof askForKeys>[2];
const ask = (request: Request) => askForKeys(platform.client, platform.context.config.taskQueue, request);

/** Issues a key and gives it to the supplier's GnuPG where that can read it. */
async function issue(changes: { dataset?: string; version?: 4 | 6; rsa?: boolean; days?: number } = {}) {
  const { fingerprint = "", publicKey = "" } = await ask({
    action: "issue",
    dataset: "household",
    version: 4,
    days: 7,
    ...{ actor: "wu.officer", reason: "九月交付" },
    ...changes,
  });
  if (changes.version !== 6) platform.gnupg.importKey(publicKey);
  return { fingerprint, publicKey };
}

/** Seals as Civil Affairs, to one key; signed now, since a fresh key was not there earlier. */
const sealTo = (recipient: string, plaintext: Uint8Array, ...options: string[]) =>
  platform.gnupg.run(plaintext, ...atTime(Date.now()), "-u", CIVIL_AFFAIRS, "-r", recipient, "-s", "-e", ...options);

const privateHalves = () => readdirSync(join(platform.context.config.keysDirectory, "openpgp/deliveries"));
const listed = async (fingerprint: string) => (await ask({ action: "list" })).deliveryKeys?.find((key) => key.fingerprint === fingerprint);

describe("a delivery key", () => {
  test("§4(1)1 may be RSA: GnuPG encrypts to it, the file is imported, and the key dies with it", async () => {
    const { fingerprint, publicKey } = await issue({ rsa: true });
    const packets = platform.gnupg.run(publicKey, "--list-packets").toString();
    expect(packets).toMatch(/public key packet:\s+version 4, algo 1,/);
    expect(packets).toMatch(/public sub key packet:\s+version 4, algo 1,/);
    expect(packets).toContain("[3072 bits]");
    const file = sealTo(fingerprint, householdFile(madeUpRows(20, 4001)));
    expect(platform.gnupg.run(file, "--list-packets", "--list-only").toString()).toMatch(/pubkey enc packet: version 3, algo 1,/);
    const handle = await platform.deliver(file);
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 20, keyKind: "delivery", keyDestroyed: true });
    expect(privateHalves()).not.toContain(`${fingerprint}.asc`);
  });

  test.each([
    ["Curve25519", false],
    ["RSA", true],
  ])("§4(1)1 may be of version 6 (%s): openpgp.js encrypts to it with AEAD, and it dies with the file", async (_, rsa) => {
    const { fingerprint, publicKey } = await issue({ version: 6, rsa });
    expect(fingerprint).toHaveLength(64);
    const file = await encrypt({
      message: await createMessage({ binary: new Uint8Array(householdFile(madeUpRows(20, rsa ? 4003 : 4002))) }),
      encryptionKeys: await readKey({ armoredKey: publicKey }),
      signingKeys: await readPrivateKey({ armoredKey: platform.gnupg.exportPrivateKey(CIVIL_AFFAIRS) }),
      format: "binary",
    });
    const handle = await platform.deliver(file);
    expect(await handle.result()).toMatchObject({ imported: true, keyKind: "delivery", keyDestroyed: true });
    expect(privateHalves()).not.toContain(`${fingerprint}.asc`);
  });

  test("§4(1)1 is listed, with who issued it, until when, and since when it is dead", async () => {
    const { fingerprint } = await issue({ days: 3 });
    const alive = await listed(fingerprint);
    expect(alive).toMatchObject({ datasetCode: "household", issuedBy: "wu.officer", destroyedAt: null });
    expect(Date.parse(alive?.expiresAt ?? "") - Date.parse(alive?.issuedAt ?? "")).toBe(3 * DAY);
    await (await platform.deliver(sealTo(fingerprint, householdFile(madeUpRows(20, 4004))))).result();
    expect(Date.parse((await listed(fingerprint))?.destroyedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
  });

  test("§4(4) is revoked: its private half is destroyed and certified, and a file encrypted to it opens no more", async () => {
    const { fingerprint } = await issue();
    const file = sealTo(fingerprint, householdFile(madeUpRows(20, 4005)));
    await ask({ action: "revoke", fingerprint, actor: "wu.officer", reason: "寄錯單位" });
    expect(privateHalves()).not.toContain(`${fingerprint}.asc`);
    expect((await listed(fingerprint))?.destroyedAt).not.toBeNull();
    expect(await certificatesOf(fingerprint)).toEqual(["wu.officer"]);
    const handle = await platform.deliver(file);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "not-encrypted-for-us" } });
    await ask({ action: "revoke", fingerprint, actor: "wu.officer", reason: "再一次" });
    expect(await certificatesOf(fingerprint)).toEqual(["wu.officer"]);
    await expect(ask({ action: "revoke", fingerprint: "0".repeat(40), actor: "wu.officer", reason: "無此金鑰" })).rejects.toMatchObject({
      code: "unknown-delivery-key",
    });
    await expect(ask({ action: "revoke", fingerprint, actor: "wu.officer", reason: " " })).rejects.toMatchObject({
      code: "reason-missing",
    });
  });

  test("§4(4) that nobody used dies when its time has passed, and no earlier", async () => {
    const [soon, later] = [await issue({ days: 1 }), await issue({ days: 3 })];
    const watcher = await startDropFolderWatcher({ ...platform.context, now: () => new Date(Date.now() + 2 * DAY) }, platform.client);
    await expect.poll(async () => (await listed(soon.fingerprint))?.destroyedAt).not.toBeNull();
    await watcher.stop();
    expect(privateHalves()).not.toContain(`${soon.fingerprint}.asc`);
    expect(privateHalves()).toContain(`${later.fingerprint}.asc`);
    expect(await certificatesOf(soon.fingerprint)).toEqual(["platform"]);
    expect((await listed(later.fingerprint))?.destroyedAt).toBeNull();
  });

  test("§4(1)2 of another dataset opens a file, which is rejected all the same", async () => {
    const { fingerprint } = await issue({ dataset: "disability" });
    const handle = await platform.deliver(sealTo(fingerprint, householdFile(madeUpRows(20, 4006))), { datasetCode: "household" });
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "wrong-dataset" } });
  });

  test.each([
    ["nobody signed", () => [] as string[], "not-signed"],
    ["a stranger signed", () => ["-u", "stranger@example.test", "-s"], "unknown-signer"],
  ])("§4(1)1 outlives a file that %s: whoever has its public half can't kill it", async (_, signing, code) => {
    if (code === "unknown-signer") platform.gnupg.makeKey("stranger@example.test", "ed25519");
    const { fingerprint } = await issue();
    const forged = platform.gnupg.run(householdFile(madeUpRows(20, 4007)), "-r", fingerprint, ...signing(), "-e");
    const handle = await platform.deliver(forged);
    expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code } });
    await decide(platform.client, handle.importId, { choice: "destroy", actor: "wu.officer", reason: "非該單位所送" });
    expect(await handle.result()).toMatchObject({ imported: false, keyDestroyed: false });
    expect(privateHalves()).toContain(`${fingerprint}.asc`);
    const genuine = await platform.deliver(sealTo(fingerprint, householdFile(madeUpRows(20, code.length + 4100))));
    expect(await genuine.result()).toMatchObject({ imported: true, keyDestroyed: true });
  });
});

/** Who destroyed a delivery key, as its certificates say. */
async function certificatesOf(fingerprint: string): Promise<string[]> {
  const { rows } = await platform.context.pool.query("select destroyed_by from destruction_certificate where object_key = $1", [
    `delivery-key/${fingerprint}`,
  ]);
  return rows.map(({ destroyed_by }) => destroyed_by);
}
