/** A command that was told to stop before it had come up: nothing went wrong. */
export class StoppedEarly extends Error {
  override name = "StoppedEarly";
}

/** How every command begins and ends: `--help`, one clear sentence for what went wrong, and a last line that says what happened. */
export async function runCommand(help: string, run: (argv: string[]) => Promise<string>): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes("--help") || argv.includes("-h")) {
    console.log(help);
    return;
  }
  try {
    const lastLine = await run(argv);
    if (lastLine !== "") console.log(lastLine);
  } catch (error) {
    console.error(sentenceOf(error));
    // What is still open (a pool, a server) must not keep a failed command alive.
    process.exit(error instanceof StoppedEarly ? 0 : 1);
  }
}

/** A hand that signals twice does so on purpose; within this, one Ctrl-C came by two ways (npm hands it on, a terminal gives it to all). */
const SAME_SIGNAL = 1000;

/** How long a process goes on without the one that started it (milliseconds). */
const ORPHAN_LIMIT = 3000;

/**
 * Resolves on SIGTERM or SIGINT, and when the process that started this one is gone: with it went the servers that it started, so what waits for
 * them is not waited for. A second signal, more than a second after the first, ends the process at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const take = (signal: NodeJS.Signals) => {
      first ??= Date.now();
      if (Date.now() - first > SAME_SIGNAL) process.exit(130);
      resolve(signal);
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, take);
    process.once("disconnect", () => {
      take("SIGTERM");
      setTimeout(() => process.exit(1), ORPHAN_LIMIT).unref();
    });
    // Listening for its end must not keep us alive.
    process.channel?.unref();
  });
}

/** Tells the process that started this one, if it listens, that this one serves. */
export function announceReady(): void {
  process.send?.("ready");
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "The command failed.";
  const code = "code" in error ? error.code : undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  if (code === "EADDRINUSE") return `Port${port} is in use: stop what uses it, or set PORT (the console's: CONSOLE_PORT) to another.`;
  if (code === "EADDRNOTAVAIL") return "HOST is not an address of this machine: set it to one that is, or to 127.0.0.1.";
  if (code === "EACCES" && port !== "") return `Port${port} is for root only: set PORT to one above 1023.`;
  if (code === "ECONNREFUSED") return `Nothing answers on port${port}: is the server running, and is its address right?`;
  return error.message;
}
