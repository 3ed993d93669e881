import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openDatabase } from "../db/client.ts";
import { insertAppointment } from "../db/queries/appointment.ts";
import { freePort } from "../src/adapters/free-port.ts";
import { createSupplier, type Supplier } from "../src/adapters/openpgp-supplier.ts";
import { type Progress, slowStep } from "../src/adapters/slow-step.ts";
import { bundleWorkflows } from "../src/adapters/temporal-worker.ts";
import { type Config, demoConfig, readEnvironment } from "../src/config.ts";
import { askForKeys } from "../src/dataset-import-client.ts";
import { runImportCommand } from "../src/dataset-import-command.ts";
import { taipeiDate } from "../src/domain/roc-date.ts";
import { peopleFile } from "../src/people/people-file.ts";
import { type Platform, startPlatform } from "../src/platform.ts";
import { connectToPlatform } from "../src/running-platform.ts";

const SIZES = [470_000, 4_700_000] as const;

/** An import from the taken file to its destruction, by the real worker; the ratio is time against `gpg -d | psql \copy` of the same rows. */
export interface ImportFigures {
  readonly rowsPerSecond: number;
  readonly vsPsqlCopy: number | undefined;
  readonly peakRssMb: number;
  readonly sizes: Readonly<Record<string, SizeFigures>>;
}

interface SizeFigures {
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly psqlCopySeconds: number | undefined;
  readonly vsPsqlCopy: number | undefined;
  /** Of the process that reads the file. */
  readonly peakRssMb: number;
  /** Of the worker, which has everything else to do as well; the same for every size. */
  readonly workerRssMb: number;
}

/** Every size on a platform of its own, so that the peak memory is that of one import. */
export async function benchImport(progress: Progress): Promise<ImportFigures> {
  const sizes: Record<string, SizeFigures> = {};
  for (const rows of SIZES) sizes[rows] = await measure(rows, progress);
  const first = sizes[SIZES[0]] as SizeFigures;
  return {
    rowsPerSecond: first.rowsPerSecond,
    vsPsqlCopy: first.vsPsqlCopy,
    peakRssMb: Math.max(...Object.values(sizes).map(({ peakRssMb }) => peakRssMb)),
    sizes,
  };
}

/** Files are delivered by people in office only. */
const BY = { actor: "bench.officer", reason: "量測" } as const;

async function appointOfficer({ ownerUrl }: Platform): Promise<void> {
  const { db, close } = openDatabase(ownerUrl, { max: 1 });
  const from = Date.now();
  const appointment = { account: BY.actor, duty: "dedicatedOfficer", from, until: undefined } as const;
  await db.transaction().execute((trx) => insertAppointment(trx, appointment, { account: "bench", reason: BY.reason, at: from }));
  await close();
}

async function measure(rows: number, progress: Progress): Promise<SizeFigures> {
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-bench-"));
  chmodSync(directory, 0o711);
  // Packed beforehand, as in the image: the bundler needs more memory than any import.
  const workflowBundle = join(directory, "workflows.js");
  writeFileSync(workflowBundle, (await bundleWorkflows()).code);
  const config = { ...demoConfig(readEnvironment(), directory, await freePort()), logLevel: "warn", workflowBundle };
  const platform = await startPlatform(config, () => undefined, { quiet: true });
  await appointOfficer(platform);
  const supplier = await createSupplier("bench (made up) <bench@example.invalid>");
  try {
    return await measureOn(platform, config, supplier, rows, progress);
  } finally {
    supplier.close();
    await platform.stop();
    for (const place of [directory, platform.postgresDirectory]) if (place !== undefined) rmSync(place, { recursive: true, force: true });
  }
}

async function measureOn(platform: Platform, config: Config, supplier: Supplier, rows: number, progress: Progress): Promise<SizeFigures> {
  const client = await connectToPlatform({ ...config, temporalAddress: platform.temporalAddress });
  const delivered = join(config.dataDirectory, "delivery");
  mkdirSync(delivered);
  const file = join(delivered, "household.csv.pgp");
  try {
    await askForKeys(client, config.taskQueue, { action: "trust", dataset: "household", publicKey: supplier.publicKey, ...BY });
    const { publicKey = "" } = await askForKeys(client, config.taskQueue, {
      action: "issue",
      dataset: "household",
      version: 4,
      days: 7,
      ...BY,
    });
    const source = { dataset: "household", count: rows, seed: 1, asOf: taipeiDate(Date.now()), encoding: "utf-8", header: "zh" } as const;
    await slowStep(`import: making and encrypting ${rows.toLocaleString("en")} rows`, progress, () =>
      supplier.deliver(peopleFile({ ...source, manifest: "line" }), publicKey, file),
    );
    const psqlCopySeconds = await slowStep("import: gpg -d | psql \\copy", progress, () =>
      copyWithPsql(platform.ownerUrl, delivered, source),
    );
    const peakRss = watchPeakRss(platform);
    const started = performance.now();
    const said = await slowStep("import: the platform", progress, () =>
      runImportCommand([file, "--as", BY.actor, "--json"], config, (use) => use(client)),
    );
    const seconds = (performance.now() - started) / 1000;
    const { importing: peakRssMb, worker: workerRssMb } = peakRss();
    if (!said.includes('"imported":true')) throw new Error(`The import was not accepted: ${said}`);
    return {
      seconds,
      rowsPerSecond: rows / seconds,
      psqlCopySeconds,
      vsPsqlCopy: psqlCopySeconds === undefined ? undefined : seconds / psqlCopySeconds,
      peakRssMb,
      workerRssMb,
    };
  } finally {
    await client.connection.close();
  }
}

/** The yardstick: GnuPG decrypts the same rows, psql copies them into a bare table. Undefined where the machine has neither. */
async function copyWithPsql(
  ownerUrl: string,
  directory: string,
  source: Omit<Parameters<typeof peopleFile>[0], "manifest">,
): Promise<number | undefined> {
  const home = mkdtempSync(join(tmpdir(), "bench-gnupg-"));
  const gpg = ["--homedir", home, "--batch", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", ""];
  const encrypted = join(directory, "yardstick.pgp");
  try {
    execFileSync("psql", ["--version"], { stdio: "ignore" });
    execFileSync("gpg", [...gpg, "--quick-generate-key", "bench", "default", "default", "never"], { stdio: "ignore" });
    const writer = spawn("gpg", [...gpg, "--sign", "--encrypt", "--recipient", "bench", "--output", encrypted], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const written = new Promise<number | null>((resolve) => writer.once("close", resolve));
    await pipeline(Readable.from(peopleFile({ ...source, manifest: "none" })), writer.stdin);
    if ((await written) !== 0) return undefined;
  } catch {
    return undefined;
  }
  const { pool, close } = openDatabase(ownerUrl, { max: 1 });
  await pool.query("create table bench_copy (national_id text, name text, birth_date text, indigenous text)");
  await close();
  const started = performance.now();
  const pipe = `gpg ${gpg.map((word) => (word === "" ? "''" : word)).join(" ")} -d '${encrypted}' 2>/dev/null | psql -q '${ownerUrl}' -c '\\copy bench_copy from pstdin csv header'`;
  await new Promise<void>((resolve, reject) =>
    spawn("sh", ["-c", pipe], { stdio: "ignore" }).once("close", (code) =>
      code === 0 ? resolve() : reject(new Error("psql could not copy the rows.")),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" });
  rmSync(home, { recursive: true, force: true });
  return seconds;
}

const SAMPLE_EVERY = 50;

/**
 * Follows the high-water marks that the kernel keeps, of the process that an import is given and of the worker that it belongs to.
 * @returns ends the watch with the greatest of each, in MiB
 */
function watchPeakRss({ workerPid }: Platform): () => { importing: number; worker: number } {
  const worker = workerPid();
  let importing = 0;
  const sample = () => {
    for (const pid of childrenOf(worker)) importing = Math.max(importing, highWaterMark(pid));
  };
  const timer = setInterval(sample, SAMPLE_EVERY);
  return () => {
    clearInterval(timer);
    sample();
    return { importing, worker: highWaterMark(worker) };
  };
}

function childrenOf(pid: number | undefined): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
}

/** 0 for a process that has just ended. */
function highWaterMark(pid: number | string | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
