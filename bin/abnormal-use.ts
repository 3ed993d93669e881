import { alertsOf } from "../src/abnormal-use-client.ts";
import { ABNORMAL_USE_HELP, runAbnormalUseCommand } from "../src/abnormal-use-command.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { findingsOf } from "../src/finding-client.ts";
import { connectToPlatform } from "../src/running-platform.ts";

await runCommand(ABNORMAL_USE_HELP, async (argv) => {
  const config = readEnvironment();
  const client = await connectToPlatform(config);
  try {
    return await runAbnormalUseCommand(argv, alertsOf(client, config.taskQueue), findingsOf(client, config.taskQueue));
  } finally {
    await client.connection.close();
  }
});
