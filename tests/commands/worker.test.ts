import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKeys } from "../../src/adapters/key-store.ts";
import { logVerifierKeys } from "../../src/adapters/log-signing-key.ts";
import { readMachine } from "../../src/config.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { newTaskQueue, temporalAddress } from "../support/temporal.ts";
import { runWitness, startWitness } from "../support/witness-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const directory = mkdtempSync(join(tmpdir(), "worker-command-"));
const bundle = join(directory, "workflows.js");
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  createKeys(join(directory, "keys"));
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true });
});

/** Starts a worker, waits until it says a text, stops it. @returns its exit */
async function runUntil(said: string, settings: NodeJS.ProcessEnv): Promise<unknown[]> {
  const env = {
    ...readMachine().inherited,
    DATA_DIR: directory,
    TASK_QUEUE: newTaskQueue(),
    DATABASE_URL: database.workerUrl,
    ...settings,
  };
  const worker = spawn(process.execPath, [join(ROOT, "bin/worker.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(worker, "exit");
  let output = "";
  for await (const chunk of worker.stdout) {
    output += chunk;
    if (output.includes(said)) break;
  }
  worker.kill("SIGTERM");
  const exit = await exited;
  expect(output).toContain(said);
  return exit;
}

describe("bin/worker", () => {
  test("runs from a prebuilt bundle, which holds workflows and rules only", async () => {
    execFileSync(process.execPath, [join(ROOT, "bin/bundle-workflows.ts"), bundle]);
    const code = readFileSync(bundle, "utf8");
    for (const foreign of ["node_modules/zod", "node_modules/pg/", "node_modules/kysely", "src/activities", "src/adapters/key-store"])
      expect(code).not.toContain(foreign);
    expect(await runUntil("worker ready", { TEMPORAL_ADDRESS: temporalAddress(), WORKFLOW_BUNDLE: bundle })).toEqual([0, null]);
  });

  test("§4(1)5 has its log cosigned by the witness that it is told of", async () => {
    const witnessDirectory = join(directory, "witness");
    const [logKey = ""] = logVerifierKeys(join(directory, "keys"), "verification-platform/query-log");
    const key = (await runWitness(witnessDirectory, "init", "--name", "ethics.example/w", "--log", logKey)).lines.at(-1);
    const witness = await startWitness(witnessDirectory);
    const settings = { TEMPORAL_ADDRESS: temporalAddress(), WORKFLOW_BUNDLE: bundle, WITNESSES: `${key} ${witness.url}` };
    expect(await runUntil("the witness cosigns", settings)).toEqual([0, null]);
    await witness.stop();
  });

  test("says that Temporal does not answer, goes on trying, and can be stopped meanwhile", async () => {
    expect(await runUntil("does not answer yet", { TEMPORAL_ADDRESS: "127.0.0.1:9", WORKFLOW_BUNDLE: bundle })).toEqual([0, null]);
  });

  test.each(["DATABASE_URL", "TEMPORAL_ADDRESS"])("says in one sentence that %s is missing", (missing) => {
    const { [missing]: _, ...env } = {
      DATA_DIR: directory,
      DATABASE_URL: database.workerUrl,
      TEMPORAL_ADDRESS: temporalAddress(),
    } as NodeJS.ProcessEnv;
    expect(() => execFileSync(process.execPath, [join(ROOT, "bin/worker.ts")], { env, stdio: "pipe" })).toThrow(
      new RegExp(`${missing} is missing`),
    );
  });
});
