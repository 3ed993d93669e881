import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readMachine } from "../config.ts";

/** Says what takes long and that it is alive. */
export type Progress = (line: string) => void;

const SIGN_OF_LIFE_EVERY = 10_000;

/** Runs an async step, saying every ten seconds that it is still at it. */
export async function slowStep<Result>(what: string, progress: Progress, step: () => Promise<Result>): Promise<Result> {
  const started = Date.now();
  progress(`${what} …`);
  const alive = setInterval(() => progress(`  … still at it, ${Math.round((Date.now() - started) / 1000)} s`), SIGN_OF_LIFE_EVERY);
  try {
    return await step();
  } finally {
    clearInterval(alive);
  }
}

/**
 * Runs a program to its end, ending it after a limit (milliseconds).
 * @returns what it printed on standard output
 * @throws Error with the last line of its messages
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; limit?: number; environment?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(options.cwd && { cwd: options.cwd }),
      ...(options.environment && { env: options.environment }),
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.limit && { timeout: options.limit }),
    });
    const end = () => void child.kill();
    process.once("exit", end);
    let printed = "";
    let messages = "";
    child.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    child.stderr.on("data", (chunk) => {
      messages = (messages + chunk).slice(-2000);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", end);
      if (code === 0) resolve(printed);
      else reject(new Error(messages.trim().split("\n").at(-1) || `${program} ended with ${code}`));
    });
  });
}

/** The program's path on PATH, if it is there. */
export function findOnPath(program: string): string | undefined {
  return readMachine()
    .searchPath.map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
