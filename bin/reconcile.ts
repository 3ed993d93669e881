import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { reconcile } from "../src/reconcile.ts";
import { connectToPlatform, openRecords } from "../src/running-platform.ts";

const HELP = `Usage: npm run reconcile
Begins every open process again from the records, where none runs, and makes the schedules: after the loss of Temporal's own store. Those are
integrations, reviews of addresses, and months of the log. It may be run at any time; processes that run are left alone. Imports whose file waits begin by themselves when a worker starts.
Environment: DATABASE_URL and TEMPORAL_ADDRESS, else the platform running from DATA_DIR; KEYS_DIR. Exit code 0: done.`;

await runCommand(HELP, async () => {
  const config = readEnvironment();
  const client = await connectToPlatform(config);
  const { db, close } = openRecords(config);
  try {
    const { begun, running } = await reconcile(db, client, config);
    for (const workflowId of begun) console.log(workflowId);
    return `${begun.length} processes begun again from the records, ${running} left as they run.`;
  } finally {
    await close();
    await client.connection.close();
  }
});
