import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { askForKeys } from "../src/dataset-import-client.ts";
import { DATASET_HELP, runDatasetCommand } from "../src/dataset-key-command.ts";
import { connectToPlatform } from "../src/running-platform.ts";

await runCommand(DATASET_HELP, async (argv) => {
  const config = readEnvironment();
  const client = await connectToPlatform(config);
  try {
    return await runDatasetCommand(argv, (request) => askForKeys(client, config.taskQueue, request));
  } finally {
    await client.connection.close();
  }
});
