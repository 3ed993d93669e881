import type { ChildProcess } from "node:child_process";

/** Has a server end with this process even when nobody stops it in order: an uncaught error, `process.exit`. */
export function endWithThisProcess(child: ChildProcess, signal: NodeJS.Signals): void {
  const end = () => void child.kill(signal);
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
}
