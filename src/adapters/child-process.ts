import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/** Ends what a pipe's other end was guarding when that end is gone: politely first, and after twenty seconds for good. */
const GUARD = `read -r _; kill -s "$0" "$1" || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1; kill -0 "$1" || exit 0; done; kill -s KILL "$1"`;

/**
 * Has a child end with this process, however this one ends: in order, by an error, or by kill -9.
 * For the last a shell waits at a pipe that closes with us; nothing else outlives such an end to do it.
 */
export function endWithThisProcess(child: ChildProcess, signal: "SIGINT" | "SIGTERM"): void {
  const { pid } = child;
  if (pid === undefined) return;
  const end = () => void child.kill(signal);
  process.once("exit", end);
  const guard = startGuard(signal, pid);
  child.once("exit", () => {
    process.off("exit", end);
    guard?.kill("SIGKILL");
  });
}

/** Undefined where there is no shell, or no room for it: then only kill -9 leaves something behind. */
function startGuard(signal: string, pid: number): ChildProcess | undefined {
  try {
    const guard = spawn("/bin/sh", ["-c", GUARD, signal.slice("SIG".length), String(pid)], {
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore"],
    });
    guard.on("error", () => undefined);
    guard.unref();
    (guard.stdin as Socket | null)?.unref();
    return guard;
  } catch {
    return undefined;
  }
}
