import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { readMachine } from "../config.ts";
import { endWithThisProcess } from "./child-process.ts";
import type { Progress } from "./slow-step.ts";

/** A process of ours that is started again when it dies. */
export interface SupervisedProcess {
  readonly name: string;
  pid(): number | undefined;
  /** Whether it has told that it serves. */
  ready(): boolean;
  /** Whether it died at every one of its first tries. */
  gaveUp(): boolean;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");
const TRIES_BEFORE_READY = 3;
const LONGEST_PAUSE = 30_000;
/** Longer than an activity may go on after a stop. */
const STOP_LIMIT = 45_000;
/** Lines of pino below warnings, and what the processes say in the end. */
const CALM_LINE = /^(\{"level":[123]0,.*|The (API|worker|console) has stopped.*)\n/gm;

/**
 * Runs a script as a child and starts it again when it dies, with growing pauses.
 * @param environment its settings; of ours it gets PATH, HOME and TZ only
 * @param options.quiet whether its lines are shown from warnings on only
 */
export function superviseProcess(
  name: string,
  environment: Readonly<Record<string, string>>,
  { progress, quiet }: { progress: Progress; quiet: boolean },
): SupervisedProcess {
  let child: ChildProcess | undefined;
  let stopping = false;
  let serves = false;
  let deaths = 0;
  let pause: NodeJS.Timeout | undefined;

  function run(): void {
    // Its own group: on Ctrl-C it is stopped in order, after those that need it.
    child = spawn(process.execPath, [join(ROOT, name)], {
      env: { ...readMachine().inherited, TZ: "UTC", ...environment },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      detached: true,
    });
    endWithThisProcess(child, "SIGTERM");
    child.on("message", (message) => {
      serves ||= message === "ready";
    });
    child.stdout?.on("data", (chunk: Buffer) => process.stdout.write(quiet ? chunk.toString().replace(CALM_LINE, "") : chunk));
    child.once("exit", (code, signal) => {
      child = undefined;
      if (stopping) return;
      deaths += 1;
      if (!serves && deaths >= TRIES_BEFORE_READY) return;
      const wait = Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(deaths, 10));
      progress(`${name} ended (${signal ?? code}); starting it again in ${wait / 1000} s`);
      pause = setTimeout(run, wait);
    });
  }

  run();
  return {
    name,
    pid: () => child?.pid,
    ready: () => serves && child !== undefined,
    gaveUp: () => !serves && deaths >= TRIES_BEFORE_READY,
    async stop() {
      stopping = true;
      clearTimeout(pause);
      const ending = child;
      if (ending === undefined) return;
      const ended = new Promise((resolve) => ending.once("exit", resolve));
      ending.kill("SIGTERM");
      const limit = setTimeout(() => ending.kill("SIGKILL"), STOP_LIMIT);
      await ended;
      clearTimeout(limit);
    },
  };
}
