import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { createRetentionClient } from "../src/retention-client.ts";
import { RETENTION_HELP, runRetentionCommand } from "../src/retention-command.ts";
import { connectToPlatform } from "../src/running-platform.ts";

await runCommand(RETENTION_HELP, async (argv) => {
  const config = readEnvironment();
  return runRetentionCommand(argv, async (use) => {
    const client = await connectToPlatform(config);
    try {
      return await use(createRetentionClient(client, config.taskQueue));
    } finally {
      await client.connection.close();
    }
  });
});
