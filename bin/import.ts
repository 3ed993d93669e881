import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { IMPORT_HELP, runImportCommand } from "../src/dataset-import-command.ts";
import { connectToPlatform } from "../src/running-platform.ts";

await runCommand(IMPORT_HELP, async (argv) => {
  const config = readEnvironment();
  return runImportCommand(argv, config, async (use) => {
    const client = await connectToPlatform(config);
    try {
      return await use(client);
    } finally {
      await client.connection.close();
    }
  });
});
