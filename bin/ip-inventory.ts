import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { decideFoundAddress } from "../src/ip-inventory-client.ts";
import { IP_INVENTORY_HELP, runIpInventoryCommand } from "../src/ip-inventory-command.ts";
import { connectToPlatform, openRecords } from "../src/running-platform.ts";

await runCommand(IP_INVENTORY_HELP, async (argv) => {
  const config = readEnvironment();
  const { db, close } = openRecords(config);
  try {
    return await runIpInventoryCommand(argv, db, async (workflowId, decision) => {
      const client = await connectToPlatform(config);
      try {
        await decideFoundAddress(client, workflowId, decision);
      } finally {
        await client.connection.close();
      }
    });
  } finally {
    await close();
  }
});
