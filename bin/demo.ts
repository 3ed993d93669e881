import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../src/adapters/embedded-postgres.ts";
import { runCommand, stopSignal } from "../src/command.ts";
import { demoConfig, readEnvironment } from "../src/config.ts";
import { tellStory } from "../src/demo/story.ts";
import { startPlatform } from "../src/platform.ts";

const HELP = `Usage: npm run demo [-- --once]
Brings up a platform of its own on made-up data and tells its story: an encrypted file arrives, is imported and destroyed; an integration is
opened; questions are asked and recorded. Then it stays up until Ctrl-C; its data are thrown away.
  --once   stop at the end; the last line is one JSON object; exit code 0 only if every step was as told
Environment: PORT (else a free one), LOG_LEVEL.`;

await runCommand(HELP, async (argv) => {
  const { values } = parseArgs({ args: argv, options: { once: { type: "boolean", default: false } } });
  const stopped = stopSignal();
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-demo-"));
  // Postgres' user must pass through it.
  chmodSync(directory, 0o711);
  const config = demoConfig(readEnvironment(), directory, await freePort());
  try {
    const platform = await startPlatform(config, console.log, { quiet: true });
    try {
      const result = await Promise.race([tellStory(config, platform, console.log), stopped]);
      if (typeof result === "string") return "Stopped before the end of the story.";
      const asTold =
        result.imported > 0 &&
        result.destroyed &&
        result.verifications.every(({ asTold }) => asTold) &&
        result.logEntries === result.verifications.length;
      if (!asTold) process.exitCode = 1;
      if (values.once) return JSON.stringify(result);
      console.log(
        `\nThe platform stays up. Open ${platform.apiUrl}/docs (the API), ${platform.apiUrl}/readyz (its data), ${platform.apiUrl}/metrics. Ctrl-C stops it and throws its data away.`,
      );
      await Promise.race([stopped, platform.failed]);
      return "The demo has stopped; nothing of it is left.";
    } finally {
      await platform.stop();
      if (platform.postgresDirectory !== undefined) rmSync(platform.postgresDirectory, { recursive: true, force: true });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
