import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { hashSecret } from "../../src/adapters/credential-secret.ts";
import { takeDataDirectory } from "../../src/adapters/data-directory.ts";
import { createKeys } from "../../src/adapters/key-store.ts";
import { readMachine } from "../../src/config.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { appointEverybody } from "../support/offices.ts";
import { newTaskQueue, temporalAddress } from "../support/temporal.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Some ten commands one after another, each a process. */
const STORY = 90_000;
const directory = mkdtempSync(join(tmpdir(), "integration-command-"));
let database: TestDatabase;
let worker: ChildProcess;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await createTestDatabase();
  createKeys(join(directory, "keys"));
  await appointEverybody(database);
  environment = {
    ...readMachine().inherited,
    DATA_DIR: directory,
    TASK_QUEUE: newTaskQueue(),
    ALLOW_PRIVATE_ADDRESSES: "true",
    TEMPORAL_ADDRESS: temporalAddress(),
  };
  worker = await startWorker();
});
afterAll(async () => {
  worker.kill("SIGKILL");
  await database.drop();
  rmSync(directory, { recursive: true });
});

async function startWorker(): Promise<ChildProcess> {
  const started = spawn(process.execPath, [join(ROOT, "bin/worker.ts")], {
    env: { ...environment, DATABASE_URL: database.workerUrl, WORKFLOW_BUNDLE: inject("workflowBundle") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  endWithThisProcess(started, "SIGTERM");
  await new Promise<void>((resolve, reject) => {
    started.once("exit", () => reject(new Error("the worker ended")));
    started.stdout?.on("data", (chunk: Buffer) => chunk.toString().includes("worker ready") && resolve());
  });
  return started;
}

interface Outcome {
  readonly exitCode: number;
  readonly lines: string[];
  readonly error: string;
}

function integration(argv: string[], env = environment): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, "bin/integration.ts"), ...argv], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, lines: stdout.trim().split("\n"), error: stderr.trim() });
    });
  });
}

const APPLICATION = "--agency-code tax --agency 測試稅務局 --legal-basis 測試法第1條 --purpose 減免資格審查";
const RIGHTS = "--contact 049-2222106 --check resident --check indigenous --as tax.clerk --role applicant";
const APPLY = `${APPLICATION} ${RIGHTS}`.split(" ");
/** An application for a system and an address of its own. */
const apply = (number: string) => [
  ...["apply", number, ...APPLY, "--system", `地方稅系統${number}`, "--address", `10.20.30.${number.slice(4)}`],
];
const AS_CASE_OFFICER = ["--as", "hung.case", "--role", "case-officer", "--reason", "文件齊備"];
const AS_MANAGER = ["--as", "lin.manager", "--role", "manager", "--reason", "符合目的"];
const AS_OFFICER = ["--as", "wu.officer", "--role", "dedicated-officer", "--reason", "已設定"];

describe("bin/integration", () => {
  test("§3(3) takes an integration from its application to its end, and shows its secret once", { timeout: STORY }, async () => {
    expect(await integration(apply("115-1"))).toMatchObject({
      exitCode: 0,
      lines: ["Integration 115-1 (測試稅務局, 地方稅系統115-1) is submitted."],
    });
    await integration(["check", "115-1", ...AS_CASE_OFFICER]);
    expect((await integration(["approve", "115-1", ...AS_MANAGER, "--check", "resident"])).lines.at(-1)).toContain(
      "is approved, resident from ",
    );
    const provisioned = await integration(["provision", "115-1", ...AS_OFFICER]);
    const secret = provisioned.lines.find((line) => line.startsWith("vp_")) ?? "";
    expect(secret).toMatch(/^vp_[A-Za-z0-9_-]{43}$/);
    const { pool, close } = openDatabase(database.workerUrl, { max: 1 });
    const { rows } = await pool.query("select encode(secret_hash, 'hex') as hash from credential");
    await close();
    expect(rows).toEqual([{ hash: hashSecret(secret) }]);
    const added = await integration(["add-credential", "115-1", ...AS_OFFICER, "--json"]);
    expect(JSON.parse(added.lines.at(-1) ?? "").credential.secret).toMatch(/^vp_/);
    const shown = await integration(["show", "115-1"]);
    expect(shown.lines.join()).not.toContain(secret);
    expect(shown.lines.filter((line) => /^\d{4}-/.test(line)).map((line) => line.split("  ")[1])).toEqual([
      "submit",
      "check",
      "approve",
      "provision",
      "activate",
      "addCredential",
    ]);
    expect((await integration(["revoke", "115-1", ...AS_OFFICER])).lines.at(-1)).toContain("is revoked");
    const listed = await integration(["list", "--json"]);
    expect(JSON.parse(listed.lines.at(-1) ?? "")).toContainEqual(
      expect.objectContaining({ state: "revoked", application: expect.objectContaining({ applicationNumber: "115-1" }) }),
    );
  });

  test("§3(3) says which rule stands against a step, for people and for machines", { timeout: STORY }, async () => {
    await integration(apply("115-2"));
    expect((await integration(["show", "115-2"])).lines.at(-2)).toBe("Version 1 (--seen)");
    expect((await integration(["check", "115-2", ...AS_CASE_OFFICER, "--seen", "2"])).error).toContain(
      "(application-changed, clause 3(3))",
    );
    expect((await integration(["check", "115-2", ...AS_CASE_OFFICER, "--as", "hung.nobody"])).error).toContain(
      "(not-in-office, clause 3(1))",
    );
    const refused = await integration(["approve", "115-2", ...AS_OFFICER, "--json"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.error).toContain("(role-not-allowed, clause 3(3))");
    expect(JSON.parse(refused.lines.at(-1) ?? "").error).toMatchObject({ clause: "3(3)", code: "role-not-allowed" });
    expect((await integration(apply("115-2"))).error).toContain("application-number-taken");
    expect((await integration(["approve", "unknown", ...AS_MANAGER])).error).toContain("integration-not-open");
  });

  test.each([
    [["approve"], "Name a step and an application number"],
    [["improve", "115-2"], 'no step "improve"'],
    [["approve", "115-2"], "--as ACCOUNT"],
    [["approve", "115-2", "--as", "x", "--role", "king"], "--role"],
    [["approve", "115-2", "--unknown"], "--unknown"],
  ])("§3(3) answers %j with one clear sentence", async (argv, sentence) => {
    const { exitCode, error } = await integration(argv);
    expect(exitCode).toBe(1);
    expect(error.split("\n")).toHaveLength(1);
    expect(error).toContain(sentence);
  });

  test("§3(3) finds the platform that runs from the data directory, and says when none does", async () => {
    const { TEMPORAL_ADDRESS: address, ...rest } = environment;
    expect((await integration(["show", "115-2"], rest)).error).toContain("npm start");
    takeDataDirectory(directory).announce({
      pid: process.pid,
      temporalAddress: String(address),
      apiUrl: "http://127.0.0.1:1",
      consoleUrl: "http://127.0.0.1:2",
      databaseUrl: "postgres://127.0.0.1:1/postgres",
    });
    expect((await integration(["show", "115-2"], rest)).lines.at(-1)).toContain("115-2");
  });

  test("§3(3) goes on where it was after kill -9 of the worker", { timeout: STORY }, async () => {
    await integration(apply("115-3"));
    await integration(["check", "115-3", ...AS_CASE_OFFICER]);
    await integration(["approve", "115-3", ...AS_MANAGER]);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    const pending = integration(["provision", "115-3", ...AS_OFFICER]);
    worker = await startWorker();
    expect((await pending).lines.at(-1)).toMatch(/115-3 .* is provisioned/);
    await expect.poll(async () => (await integration(["show", "115-3"])).lines.at(-1)).toContain("is active");
  });

  test("§5(5) §5(6) suspends with Temporal out of reach, and brings back after improvement", { timeout: STORY }, async () => {
    const down = { ...environment, TEMPORAL_ADDRESS: "127.0.0.1:1", DATABASE_URL: database.workerUrl };
    const stopped = await integration(["stop", "115-3", ...AS_OFFICER], down);
    expect(stopped).toMatchObject({ exitCode: 0, lines: [expect.stringContaining("is suspended")] });
    expect((await integration(["stop", "115-3", ...AS_OFFICER], down)).error).toContain("already-suspended");
    await expect.poll(async () => (await integration(["show", "115-3"])).lines.at(-1)).toContain("is suspended");
    const AS_APPLICANT = ["--as", "tax.clerk", "--role", "applicant", "--reason", "申請恢復"];
    expect((await integration(["renew", "115-3", "--application", "115-4", ...AS_APPLICANT])).error).toContain("reapplication-required");
    expect((await integration(["reapply", "115-3", ...AS_APPLICANT])).error).toContain("--application NUMBER");
    const reapplied = await integration(["reapply", "115-3", "--application", "115-4", "--improvement", "已改善", ...AS_APPLICANT]);
    expect(reapplied.lines.at(-1)).toMatch(/115-3 .* is suspended.*; its reapplication 115-4 is submitted/);
    await integration(["check", "115-3", ...AS_CASE_OFFICER]);
    await integration(["approve", "115-3", ...AS_MANAGER]);
    const provisioned = await integration(["provision", "115-3", ...AS_OFFICER]);
    expect(provisioned.lines.join()).not.toContain("vp_");
    await expect.poll(async () => (await integration(["show", "115-3"])).lines.at(-1)).toContain("is active");
  });

  test("§3(3) has no process begun again by reconcile where all run", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, "bin/reconcile.ts"), "--as", "chief.planning", "--reason", "還原備份"],
      {
        env: { ...environment, DATABASE_URL: database.workerUrl, WORKFLOW_BUNDLE: inject("workflowBundle") },
      },
    );
    const owner = openDatabase(database.ownerUrl, { max: 1 });
    const { rows } = await owner.pool.query("select account, reason from admin_trail where action = 'reconcile'");
    await owner.close();
    expect(rows).toEqual([{ account: "chief.planning", reason: "還原備份" }]);
    expect(stdout.trim()).toBe("0 processes begun again from the records, 2 left as they run.");
  });

  test("§3(3) has its help", async () => {
    expect((await integration(["--help"])).lines[0]).toContain("Usage: node bin/integration.ts");
  });
});

describe("bin/worker", () => {
  test("§3(3) stops cleanly on SIGTERM", async () => {
    worker.removeAllListeners("exit");
    const exited = once(worker, "exit");
    worker.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });
});
