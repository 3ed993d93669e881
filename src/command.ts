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
    process.exitCode = 1;
    // What is still open (a pool, a server) must not keep a failed command alive.
    process.exit();
  }
}

/** Resolves on SIGTERM or SIGINT. A second signal ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "The command failed.";
  const code = "code" in error ? error.code : undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  if (code === "EADDRINUSE") return `Port${port} is in use: stop what uses it, or set PORT to another.`;
  if (code === "ECONNREFUSED") return `Nothing answers on port${port}: is the server running, and is its address right?`;
  return error.message;
}
