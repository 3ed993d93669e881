import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WitnessSetting } from "../../src/config.ts";
import { openCheckpoint } from "../../src/transparency/checkpoint.ts";
import { parseVerifierKey } from "../../src/transparency/verifier-key.ts";
import { SignedLog } from "../support/signed-log.ts";
import { runWitness, startWitness, type WitnessProcess } from "../support/witness-process.ts";
import { createWitnessedPlatform, type WitnessedPlatform } from "../support/witnessed-platform.ts";

const ORIGIN = "log.example/queries";
let directory: string;
let log: SignedLog;
let process: WitnessProcess;
let witness: WitnessSetting;
let platform: WitnessedPlatform;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "verification-platform-witness-"));
  log = new SignedLog(ORIGIN).grow(300);
  const { lines } = await runWitness(directory, "init", "--name", "ethics.example/w1", "--log", log.verifierKey);
  process = await startWitness(directory);
  witness = { key: parseVerifierKey(lines.at(-1) ?? ""), url: process.url };
  platform = await createWitnessedPlatform(ORIGIN);
});
afterEach(async () => {
  await platform.close();
  await process.kill();
  rmSync(directory, { recursive: true });
});

const sizeOnRecord = async (of: WitnessedPlatform) =>
  Number((await of.rows("select tree_size from log_cosignature"))[0]?.["tree_size"] ?? 0);
const disagreements = (of: WitnessedPlatform) =>
  of.rows("select witness_name, signed_note, witness_size from log_disagreement order by disagreement_id");

describe("the platform's log before its witness", () => {
  test("§4(1)5 is cosigned as it grows, and both signatures stand on record", async () => {
    platform.witness(witness);
    for (const more of [0, 1, 700]) {
      await platform.publish(log.grow(more));
      await expect.poll(() => sizeOnRecord(platform)).toBe(log.tiles.size);
    }
    const [row] = await platform.rows("select origin, witness_name, signed_note from log_cosignature");
    expect(row).toMatchObject({ origin: ORIGIN, witness_name: "ethics.example/w1" });
    const { checkpoint, verified } = openCheckpoint(String(row?.["signed_note"]), [parseVerifierKey(log.verifierKey), witness.key]);
    expect(checkpoint.size).toBe(1001);
    expect(verified).toHaveLength(2);
    expect(platform.codes).toEqual([]);
    // Asked no more often than there was something new.
    expect((await process.stop()).output.match(/ 200 /g)).toHaveLength(3);
  });

  test("§4(1)5 goes on while its witness is down, and is cosigned when that is back", async () => {
    platform.witness(witness);
    await platform.publish(log);
    await expect.poll(() => sizeOnRecord(platform)).toBe(300);
    await process.kill();
    await platform.publish(log.grow(100));
    await expect.poll(() => platform.codes).toContain("warn witness-unreachable");
    await platform.publish(log.grow(100));
    expect(await sizeOnRecord(platform)).toBe(300);
    process = await startWitness(directory, process.port);
    await expect.poll(() => sizeOnRecord(platform)).toBe(500);
    expect(await disagreements(platform)).toEqual([]);
  });

  test("§4(1)5 misses a witness that has fallen silent, until it cosigns again or is asked no more", async () => {
    const notices = () => platform.rows("select kind, recipient, about, cancelled_at is not null as settled from notice order by due_at");
    const silent = { kind: "witness-silent", recipient: "dedicatedOfficer", about: "witness/ethics.example/w1" };
    await platform.expect(witness);
    await platform.publish(log);
    await process.kill();
    await platform.missSince("7 hours");
    platform.witness(witness);
    await expect.poll(notices).toEqual([{ ...silent, settled: false }]);
    process = await startWitness(directory, process.port);
    await expect.poll(notices).toEqual([{ ...silent, settled: true }]);
    await process.kill();
    await platform.publish(log.grow(1));
    await platform.missSince("8 hours");
    await expect.poll(notices).toMatchObject([{ settled: false }, { settled: true }]);
    await platform.expect();
    expect(await notices()).toMatchObject([{ settled: true }, { settled: true }]);
    process = await startWitness(directory, process.port);
  });

  test("§4(1)5 is proven from where the witness is, when that is further on than is on record", async () => {
    await process.post(await log.request(0, 120));
    await platform.publish(log);
    platform.witness(witness);
    await expect.poll(() => sizeOnRecord(platform)).toBe(300);
    expect(platform.codes).toEqual([]);
  });

  test("§4(1)5 is found out when an old backup was restored, also before anything new is written, and once for each time", async () => {
    await process.post(await log.request(0, 300));
    const restored = await createWitnessedPlatform(ORIGIN);
    const old = new SignedLog(log.signer).grow(250);
    await restored.publish(old);
    // What the backup says was cosigned is as old as the rest.
    await restored.rows(`insert into log_cosignature values ('${ORIGIN}', 'ethics.example/w1', 250, '-', now())`);
    restored.witness(witness);
    const disagrees = () => restored.codes.filter((code) => code === "error log-disagrees-with-witness").length;
    await expect.poll(disagrees).toBeGreaterThan(2);
    expect(await disagreements(restored)).toEqual([
      { witness_name: "ethics.example/w1", signed_note: await old.checkpoint(), witness_size: "300" },
    ]);
    expect(await sizeOnRecord(restored)).toBe(250);
    // It grows beyond what the witness has seen, with other entries.
    await restored.publish(old.grow(100, "other"));
    const before = disagrees();
    await expect.poll(disagrees).toBeGreaterThan(before);
    expect(await sizeOnRecord(restored)).toBe(250);
    await restored.close();
    // The true log is still welcome.
    await platform.publish(log.grow(1));
    platform.witness(witness);
    await expect.poll(() => sizeOnRecord(platform)).toBe(301);
  });

  test("§4(1)5 is found out when it forks, and again after it was set right", async () => {
    const fork = await createWitnessedPlatform(ORIGIN);
    await process.post(await log.request(0, 300));
    await fork.publish(new SignedLog(log.signer).grow(299).grow(101, "forged"));
    fork.witness(witness);
    await expect.poll(() => fork.codes).toContain("error log-disagrees-with-witness");
    expect(await disagreements(fork)).toEqual([expect.objectContaining({ witness_size: null })]);
    expect(await sizeOnRecord(fork)).toBe(0);
    // Set right: the witness has cosigned again since. The next fork is another one.
    await fork.rows(`insert into log_cosignature values ('${ORIGIN}', 'ethics.example/w1', 0, '-', now())`);
    await expect.poll(() => disagreements(fork)).toHaveLength(2);
    await fork.close();
  });

  test("§4(1)5 is shown to each witness on its own", async () => {
    const second = { ...witness, key: { ...witness.key, name: "other.example/w2" }, url: "http://127.0.0.1:9" };
    platform.witness(second, witness);
    await platform.publish(log);
    await expect.poll(() => sizeOnRecord(platform)).toBe(300);
    await expect.poll(() => platform.codes).toContain("warn witness-unreachable");
  });

  test("§4(1)5 is not cosigned by a witness that doesn't know it", async () => {
    await runWitness(directory, "remove-key", log.verifierKey);
    platform.witness(witness);
    await platform.publish(log);
    await expect.poll(() => platform.codes).toContain("warn witness-refuses");
    expect(await disagreements(platform)).toEqual([]);
  });
});
