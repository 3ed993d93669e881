import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { readMachine } from "../../src/config.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A program of the project in a process group of its own, as a person or a supervisor starts it. */
export interface ProgramProcess {
  readonly pid: number;
  output(): string;
  /** Resolves when the output holds a text; rejects, quoting the output, when the program ends before. */
  said(text: string): Promise<void>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a script of `bin` with these settings and nothing else of this process' environment.
 * @param settings environment variables; PATH and HOME, and where compiled code is kept, are inherited unless given
 */
export function startProgram(script: string, settings: Readonly<Record<string, string>>, args: readonly string[] = []): ProgramProcess {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...readMachine().inherited, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  endWithThisProcess(child, "SIGTERM");
  let output = "";
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      tell();
    });
  }
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  void exited.then(tell);
  return {
    pid: child.pid as number,
    output: () => output,
    exited,
    signal: (signal) => void child.kill(signal),
    said(text) {
      return new Promise((resolve, reject) => {
        const listener = () => {
          if (output.includes(text)) resolve();
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`${script} ended before “${text}”:\n${output}`));
          else return;
          listeners.delete(listener);
        };
        listeners.add(listener);
        listener();
      });
    },
  };
}

/** Runs a script of `bin` to its end. */
export async function runProgram(script: string, settings: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const program = startProgram(script, settings, args);
  const { code } = await program.exited;
  return { code, output: program.output().trim() };
}

/** Processes that name a folder in their command or their environment: whatever was started for it. */
export function processesNaming(directory: string): string[] {
  const lines = execFileSync("ps", ["axeww", "-o", "pid=,stat=,command="], { maxBuffer: 64 << 20 })
    .toString()
    .split("\n");
  return lines.filter((line) => line.includes(directory) && !/^\s*\d+\s+Z/.test(line));
}

/** Waits until nothing names a folder any more. @throws Error naming what still does after the limit (milliseconds) */
export async function nothingNames(directory: string, limit: number): Promise<void> {
  const end = Date.now() + limit;
  for (;;) {
    const left = processesNaming(directory);
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`Still running after ${limit} ms:\n${left.map((line) => line.slice(0, 120)).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
