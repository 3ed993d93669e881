import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../db/client.ts";
import { startEmbeddedPostgres } from "../src/adapters/embedded-postgres.ts";
import { findOnPath } from "../src/adapters/slow-step.ts";
import { requireTemporal, startEmbeddedTemporal } from "../src/adapters/temporal-server.ts";
import { bundleWorkflows } from "../src/adapters/temporal-worker.ts";
import { readEnvironment } from "../src/config.ts";
import { migrateForTests } from "./support/migrated.ts";
import { findTemporalTestServer } from "./support/temporal-test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's URL of the one Postgres server; `template_platform` is migrated. */
    postgresUrl: string;
    temporalAddress: string;
    /** Program of the time-skipping server, or "cached-download". */
    temporalTestServer: string;
    /** Path of today's workflows, packed once. */
    workflowBundle: string;
  }
}

/** What tests use of the machine, and the packages (Debian's) that bring it: files as suppliers make them, processes looked at and hemmed in. */
const NEEDED_PROGRAMS = { gpg: "gnupg", gpgconf: "gnupg", ps: "procps", prlimit: "util-linux" };

function requirePrograms(): void {
  const missing = Object.entries(NEEDED_PROGRAMS).filter(([program]) => findOnPath(program) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  throw new Error(
    `The tests need ${missing.map(([program]) => program).join(", ")}: apt-get install ${packages}, or what brings them here.`,
  );
}

/** One Postgres and one Temporal for the whole run, both real; each test file has a database and a task queue of its own. */
export default async function setup({ provide }: { provide: (key: string, value: string) => void }): Promise<() => Promise<void>> {
  requirePrograms();
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-tests-"));
  const [postgres, temporal, temporalTestServer, { code }] = await Promise.all([
    startEmbeddedPostgres(join(directory, "postgres")),
    findTemporal(join(directory, "temporal.db")),
    findTemporalTestServer(console.log),
    bundleWorkflows(),
  ]);
  const workflowBundle = join(directory, "workflows.js");
  writeFileSync(workflowBundle, code);
  const { pool, close } = openDatabase(postgres.url, { max: 1 });
  await pool.query("create database template_platform");
  await close();
  await migrateForTests(postgres.url.replace(/\/postgres$/, "/template_platform"));
  provide("postgresUrl", postgres.url);
  provide("temporalAddress", temporal.address);
  provide("temporalTestServer", temporalTestServer);
  provide("workflowBundle", workflowBundle);
  return async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
    for (const place of [directory, postgres.directory]) rmSync(place, { recursive: true, force: true });
  };
}

/** The server at TEMPORAL_ADDRESS, else one of our own. */
async function findTemporal(stateFile: string): Promise<{ address: string; stop(): Promise<void> }> {
  const { temporalAddress } = readEnvironment();
  if (temporalAddress === undefined) return startEmbeddedTemporal(stateFile, console.log);
  await requireTemporal(temporalAddress, "default");
  return { address: temporalAddress, stop: async () => undefined };
}
