import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { readMachine } from "../../src/config.ts";

const WITNESS = join(import.meta.dirname, "../../bin/witness.ts");

/** What a command of `bin/witness.ts` did. */
export interface WitnessOutcome {
  readonly exitCode: number;
  readonly lines: string[];
  readonly error: string;
}

export function runWitness(directory: string, ...argv: string[]): Promise<WitnessOutcome> {
  return runProgram(WITNESS, directory, argv);
}

/** @param program `bin/witness.ts` of another place */
export function runProgram(program: string, directory: string, argv: string[]): Promise<WitnessOutcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...argv], { env: environment(directory, 0) }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, lines: stdout.trim().split("\n"), error: stderr.trim() });
    });
  });
}

/** `bin/witness.ts serve` as a process of its own, to be killed. */
export interface WitnessProcess {
  readonly url: string;
  readonly port: number;
  post(body: string | Uint8Array): Promise<{ status: number; contentType: string | null; text: string }>;
  kill(): Promise<void>;
  /** @returns its exit code and what it wrote */
  stop(): Promise<{ exitCode: number | null; output: string }>;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<{ exitCode: number | null; output: string }>;
}

/**
 * @param port that of one that was killed; else a free one
 * @param program `bin/witness.ts` of another place
 */
export async function startWitness(directory: string, port = 0, program = WITNESS): Promise<WitnessProcess> {
  const child: ChildProcess = spawn(process.execPath, [program, "serve"], {
    env: environment(directory, port),
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child, "SIGTERM");
  let output = "";
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, output }));
  const url = await new Promise<string>((resolve, reject) => {
    void ended.then(() => reject(new Error(`the witness ended: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const [, found] = /listens on (http:\S+)\./.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    async post(body) {
      const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body });
      return { status: response.status, contentType: response.headers.get("content-type"), text: await response.text() };
    },
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
    ended,
  };
}

function environment(directory: string, port: number): NodeJS.ProcessEnv {
  return { ...readMachine().inherited, WITNESS_DIR: directory, PORT: String(port) };
}
