import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeEmbeddedPostgres } from "../src/adapters/embedded-postgres.ts";
import { freePort } from "../src/adapters/free-port.ts";
import { runCommand, stopSignal } from "../src/command.ts";
import { type Config, demoConfig, readEnvironment } from "../src/config.ts";
import { type StoryResult, tellStory } from "../src/demo/story.ts";
import { startPlatform } from "../src/platform.ts";
import { connectToPlatform } from "../src/running-platform.ts";
import { removeSchedules } from "../src/schedules.ts";

const HELP = `Usage: npm run demo [-- --once]
Brings up a platform of its own on made-up data and tells its story: an encrypted file arrives, is imported and destroyed; an integration is
opened; questions are asked and recorded. Then it stays up until Ctrl-C; its data are thrown away.
  --once   stop at the end; the last line is one JSON object; exit code 0 only if every step was as told
Environment: PORT (else a free one), TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE (else a server of its own), LOG_LEVEL.`;

await runCommand(HELP, async (argv) => {
  const { values } = parseArgs({ args: argv, options: { once: { type: "boolean", default: false } } });
  const stopped = stopSignal();
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-demo-"));
  // Postgres' user must pass through it.
  chmodSync(directory, 0o711);
  try {
    const config = demoConfig(readEnvironment(), directory, await freePort());
    const platform = await startPlatform(config, console.log, { quiet: true, stopped });
    try {
      const result = await Promise.race([tellStory(config, platform, console.log), stopped, platform.failed]);
      if (typeof result === "string") throw new Error(`The demo ended before the end of its story (${result}).`);
      if (!wasAsTold(result)) process.exitCode = 1;
      if (values.once) return JSON.stringify(result);
      console.log(
        `\nThe platform stays up. Open ${platform.apiUrl}/docs (the API), ${platform.consoleUrl}/apply (where agencies apply), ${platform.consoleUrl}/console (where officers work). Ctrl-C stops it and throws its data away.`,
      );
      const reason = await Promise.race([stopped, platform.failed]);
      if (reason !== "SIGTERM" && reason !== "SIGINT") throw new Error(`${reason} The demo was stopped, and its data thrown away.`);
      return "The demo has stopped; nothing of it is left.";
    } finally {
      if (config.temporalAddress !== undefined) await forgetSchedules(config);
      await platform.stop();
    }
  } finally {
    removeEmbeddedPostgres(join(directory, "postgres"));
    rmSync(directory, { recursive: true, force: true });
  }
});

/** On a server that is not ours nothing is left that would come back every night. */
async function forgetSchedules(config: Config): Promise<void> {
  const client = await connectToPlatform(config);
  await removeSchedules(client, config.taskQueue);
  await client.connection.close();
}

function wasAsTold({ imported, destroyed, verifications, logEntries }: StoryResult): boolean {
  return imported > 0 && destroyed && verifications.every(({ asTold }) => asTold) && logEntries === verifications.length;
}
