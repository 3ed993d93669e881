import { parseArgs } from "node:util";
import { insertCommandTrail } from "../db/queries/admin-trail.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { requireWhoAndWhy } from "../src/domain/who-and-why.ts";
import { reconcile } from "../src/reconcile.ts";
import { connectToPlatform, openRecords } from "../src/running-platform.ts";

const HELP = `Usage: npm run reconcile -- --as ACCOUNT --reason TEXT
With Compose: docker compose exec -T worker node bin/reconcile.ts --as ACCOUNT --reason TEXT
Begins every open process again from the records, where none runs, and makes the schedules: after the loss of Temporal's own store. Those are
integrations, reviews of addresses, and months of the log. It may be run at any time; processes that run are left alone. Imports whose file waits
begin by themselves when a worker starts. Who had it done, and why, stands on the trail.
Environment: DATABASE_URL and TEMPORAL_ADDRESS, else the platform running from DATA_DIR; KEYS_DIR. Exit code 0: done.`;

await runCommand(HELP, async (argv) => {
  const { values } = parseArgs({ args: argv, options: { as: { type: "string" }, reason: { type: "string" } } });
  const by = requireWhoAndWhy(values);
  const config = readEnvironment();
  const client = await connectToPlatform(config);
  const { db, close } = openRecords(config);
  try {
    await insertCommandTrail(db, { action: "reconcile", object: "", ...by, at: Date.now() });
    const { begun, running } = await reconcile(db, client, config);
    for (const workflowId of begun) console.log(workflowId);
    return `${begun.length} processes begun again from the records, ${running} left as they run.`;
  } finally {
    await close();
    await client.connection.close();
  }
});
