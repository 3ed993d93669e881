import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type SupervisedProcess, superviseProcess } from "../../src/adapters/supervised-process.ts";

const ROOT = join(import.meta.dirname, "../..");
let folder: string;
let told: string[];
let supervised: SupervisedProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "supervised-"));
  told = [];
  // Pauses pass when the test says so; what the processes do takes its own time.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await supervised?.stop();
  rmSync(folder, { recursive: true });
});

function supervise(script: string, environment: Record<string, string> = {}): SupervisedProcess {
  writeFileSync(join(folder, "child.mjs"), script);
  const name = relative(ROOT, join(folder, "child.mjs"));
  supervised = superviseProcess(name, environment, { progress: (line) => told.push(line.slice(name.length)), quiet: true });
  return supervised;
}

test("a process that dies is started again after pauses that grow, and begin anew once it has served for a minute", async () => {
  const child = supervise(`setInterval(() => {}, 1000); process.send("ready");`);
  const dieAfter = async (served: number) => {
    await expect.poll(child.ready).toBe(true);
    vi.advanceTimersByTime(served);
    const deaths = told.length;
    process.kill(child.pid() as number, "SIGKILL");
    await expect.poll(() => told.length).toBe(deaths + 1);
    expect(child.ready()).toBe(false);
    vi.advanceTimersByTime(30_000);
  };
  for (const served of [0, 1000, 0, 59_000, 61_000, 0]) await dieAfter(served);
  expect(told.map((line) => /(\S+) s$/.exec(line)?.[1])).toEqual(["0.5", "1", "2", "4", "0.5", "1"]);
  expect(child.gaveUp()).toBe(false);
});

test("a process that is started again is not ready before it serves again", async () => {
  const child = supervise(`
    import { existsSync } from "node:fs";
    setInterval(() => {}, 1000);
    if (!existsSync(${JSON.stringify(join(folder, "silent"))})) process.send("ready");`);
  await expect.poll(child.ready).toBe(true);
  writeFileSync(join(folder, "silent"), "");
  process.kill(child.pid() as number, "SIGKILL");
  await expect.poll(() => told.length).toBe(1);
  vi.advanceTimersByTime(30_000);
  expect(child.pid()).toBeGreaterThan(0);
  expect(child.ready()).toBe(false);
});

test("a machine that can't start another process for a while is waited for", async () => {
  const environment: Record<string, string> = {};
  const child = supervise(`setInterval(() => {}, 1000); process.send("ready");`, environment);
  await expect.poll(child.ready).toBe(true);
  const { execPath } = process;
  try {
    process.kill(child.pid() as number, "SIGKILL");
    await expect.poll(() => told.length).toBe(1);
    // Told by an event, as when there are too many processes.
    process.execPath = join(folder, "no-node");
    vi.advanceTimersByTime(30_000);
    await expect.poll(() => told.length).toBe(2);
    // Thrown, as when there is no memory.
    process.execPath = execPath;
    environment["TOO_LONG"] = "x".repeat(3_000_000);
    vi.advanceTimersByTime(30_000);
    expect(told[2]).toContain("E2BIG");
    environment["TOO_LONG"] = "";
    vi.advanceTimersByTime(30_000);
    await expect.poll(child.ready).toBe(true);
  } finally {
    process.execPath = execPath;
  }
});

test("the lines of a process go on to nobody when their reader has gone", async () => {
  const count = join(folder, "lines");
  const child = `import { writeFileSync } from "node:fs"; let lines = 0;
    setInterval(() => { writeFileSync(${JSON.stringify(count)}, String(++lines)); console.log("a line"); }, 10); process.send("ready");`;
  writeFileSync(join(folder, "child.mjs"), child);
  const script = `
    const { superviseProcess } = await import(${JSON.stringify(join(ROOT, "src/adapters/supervised-process.ts"))});
    const child = superviseProcess(${JSON.stringify(relative(ROOT, join(folder, "child.mjs")))}, {}, { progress: () => {}, quiet: false });
    process.once("message", async () => { await child.stop(); process.exit(0); });`;
  const supervisor = spawn(process.execPath, ["--no-warnings", "--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "ignore", "ipc"],
  });
  const ended = once(supervisor, "exit");
  await once(supervisor.stdout as Readable, "data");
  supervisor.stdout?.destroy();
  const before = Number(readFileSync(count, "utf8"));
  await expect.poll(() => Number(readFileSync(count, "utf8"))).toBeGreaterThan(before + 20);
  supervisor.send("stop", () => undefined);
  expect(await ended).toEqual([0, null]);
});

test("a process that dies at each of its first three tries is given up", async () => {
  const child = supervise("process.exit(1);");
  for (const deaths of [1, 2]) {
    await expect.poll(() => told.length).toBe(deaths);
    vi.advanceTimersByTime(30_000);
  }
  await expect.poll(child.gaveUp).toBe(true);
  expect(child.pid()).toBeUndefined();
});
