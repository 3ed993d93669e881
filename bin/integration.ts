import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { createIntegrationClient } from "../src/integration-client.ts";
import { INTEGRATION_HELP, runIntegrationCommand } from "../src/integration-command.ts";
import { connectToPlatform } from "../src/running-platform.ts";

await runCommand(INTEGRATION_HELP, async (argv) => {
  const config = readEnvironment();
  return runIntegrationCommand(argv, async (use) => {
    const client = await connectToPlatform(config);
    try {
      return await use(createIntegrationClient(client, config.taskQueue));
    } finally {
      await client.connection.close();
    }
  });
});
