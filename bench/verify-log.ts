import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Progress, slowStep } from "../src/adapters/slow-step.ts";
import { writeExportFile } from "../src/log-export/export-file.ts";
import { verifyExport } from "../src/log-verify/verify-export.ts";
import { parseVerifierKey } from "../src/transparency/verifier-key.ts";
import { madeUpLog } from "./made-up-log.ts";

const ENTRIES = 1_000_000;

/** `verify-log` on an export, against SHA-256 over the same file's bytes on as many threads. */
export interface VerifyLogFigures {
  readonly entriesPerSecond: number;
  readonly bytesPerEntry: number;
  /** Time of hashing alone, in pieces of an entry's length, to the time of verifying: 1 would be verifying for nothing. */
  readonly vsHashingAlone: number;
  /** Of all threads together; two cores do 200,000 entries a second at 10. */
  readonly cpuMicrosecondsPerEntry: number;
  readonly peakRssMb: number;
}

export async function benchVerifyLog(progress: Progress, entries = ENTRIES): Promise<VerifyLogFigures> {
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-bench-"));
  try {
    const path = join(directory, "export.zip");
    const log = await slowStep(`verify-log: making up ${entries.toLocaleString("en")} entries`, progress, async () => {
      const made = madeUpLog(entries);
      await writeExportFile(path, made, () => undefined);
      return made;
    });
    const evidence = { log: [parseVerifierKey(log.verifierKey)], witnesses: [], kept: [], receipts: [] };
    const bytesPerEntry = statSync(path).size / entries;
    const hashing = await seconds(() => hashAlone(path, Math.round(bytesPerEntry)));
    const before = process.cpuUsage();
    const verifying = await seconds(async () => {
      const { ok, sentence } = await verifyExport(path, evidence, { now: Date.now(), progress: () => undefined });
      if (!ok) throw new Error(sentence);
    });
    const used = process.cpuUsage(before);
    return {
      entriesPerSecond: entries / verifying,
      bytesPerEntry,
      vsHashingAlone: hashing / verifying,
      cpuMicrosecondsPerEntry: (used.user + used.system) / entries,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

/** The yardstick: SHA-256 over the same bytes, a hash for every entry's length of them, on every core. */
async function hashAlone(path: string, piece: number): Promise<void> {
  const count = availableParallelism();
  const part = Math.ceil(statSync(path).size / count);
  await Promise.all(
    Array.from({ length: count }, async (_, place) => {
      const end = Math.min((place + 1) * part, statSync(path).size);
      const thread = new Worker(new URL("./hash-thread.ts", import.meta.url), { workerData: { path, begin: place * part, end, piece } });
      await once(thread, "message");
      await thread.terminate();
    }),
  );
}
