import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { readMachine } from "../config.ts";
import { endWithThisProcess } from "./child-process.ts";
import { errorCode } from "./file-state.ts";
import type { Progress } from "./slow-step.ts";

/** A process of ours that is started again when it dies. */
export interface SupervisedProcess {
  readonly name: string;
  pid(): number | undefined;
  /** Whether it has told that it serves, and lives. */
  ready(): boolean;
  /** Whether it died at every one of its first tries, and is not started again. */
  gaveUp(): boolean;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../..");
const TRIES_BEFORE_READY = 3;
const LONGEST_PAUSE = 30_000;
/** Who has served for so long (milliseconds) dies of something new: the pauses begin anew. */
const STEADY_AFTER = 60_000;
/** Longer than an activity may go on after a stop. */
const STOP_LIMIT = 45_000;
/** Lines of pino below warnings, and what the processes say in the end. */
const CALM_LINE = /^(\{"level":[123]0,.*|The (API|worker|console) has stopped.*)\n/gm;

/** Whoever read our lines may go, such as the other end of a pipe: what we look after is not to end with it. */
function goOnUnheard(): void {}

/**
 * Runs a script as a child and starts it again when it dies, with growing pauses.
 * @param environment its settings; of ours it gets what `Machine.inherited` names only
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
  let everServed = false;
  let deaths = 0;
  let pause: NodeJS.Timeout | undefined;
  let steady: NodeJS.Timeout | undefined;
  const gaveUp = () => !everServed && deaths >= TRIES_BEFORE_READY;

  function beginServing(): void {
    serves = true;
    everServed = true;
    steady = setTimeout(() => {
      deaths = 0;
    }, STEADY_AFTER).unref();
  }

  function ended(how: string): void {
    child = undefined;
    serves = false;
    clearTimeout(steady);
    if (stopping) return;
    deaths += 1;
    if (gaveUp()) return;
    const wait = Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(deaths, 10));
    progress(`${name} ended (${how}); starting it again in ${wait / 1000} s`);
    pause = setTimeout(run, wait);
  }

  function run(): void {
    try {
      start();
    } catch (error) {
      // A machine without memory for another process is one more end.
      ended(errorCode(error) ?? "not started");
    }
  }

  function start(): void {
    // Its own group: on Ctrl-C it is stopped in order, after those that need it.
    const started = spawn(process.execPath, [join(ROOT, name)], {
      env: { ...readMachine().inherited, TZ: "UTC", ...environment },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      detached: true,
    });
    started.on("error", (error) => {
      if (started.pid === undefined) ended(errorCode(error) ?? "not started");
    });
    if (started.pid === undefined) return;
    child = started;
    endWithThisProcess(started, "SIGTERM");
    started.on("message", (message) => {
      // Its last word may come after its end.
      if (message === "ready" && child === started) beginServing();
    });
    started.stdout?.on("data", (chunk: Buffer) => process.stdout.write(quiet ? chunk.toString().replace(CALM_LINE, "") : chunk));
    started.once("exit", (code, signal) => ended(String(signal ?? code)));
  }

  process.stdout.off("error", goOnUnheard).on("error", goOnUnheard);
  run();
  return {
    name,
    pid: () => child?.pid,
    ready: () => serves,
    gaveUp,
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
