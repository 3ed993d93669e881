import { APPOINT_HELP, runAppointCommand } from "../src/appoint-command.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { openRecords } from "../src/running-platform.ts";

await runCommand(APPOINT_HELP, async (argv) => {
  const { db, close } = openRecords(readEnvironment(), "platform_appointer");
  try {
    return await runAppointCommand(argv, db, Date.now());
  } finally {
    await close();
  }
});
