import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { createIntegrationClient } from "../src/integration-client.ts";
import { runIntegrationCommand } from "../src/integration-command.ts";
import { INTEGRATION_HELP } from "../src/integration-command-options.ts";
import { stopIntegration } from "../src/integration-stop.ts";
import { connectToPlatform, openRecords } from "../src/running-platform.ts";

await runCommand(INTEGRATION_HELP, async (argv) => {
  const config = readEnvironment();
  return runIntegrationCommand(argv, {
    async withClient(use) {
      const client = await connectToPlatform(config);
      try {
        return await use(createIntegrationClient(client, config.taskQueue));
      } finally {
        await client.connection.close();
      }
    },
    async stop(integrationNumber, request) {
      const { db, close } = openRecords(config);
      try {
        return await stopIntegration(db, integrationNumber, request, Date.now());
      } finally {
        await close();
      }
    },
  });
});
