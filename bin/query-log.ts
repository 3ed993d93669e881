import { openDatabase } from "../db/client.ts";
import { KEYS_OF, openKeyStore } from "../src/adapters/key-store.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { QUERY_LOG_HELP, runQueryLogCommand } from "../src/query-log-command.ts";
import { openQueryLog } from "../src/query-log-reader.ts";
import { recordsUrl } from "../src/running-platform.ts";

await runCommand(QUERY_LOG_HELP, async (argv) => {
  const config = readEnvironment();
  const keyStore = openKeyStore(config.keysDirectory, KEYS_OF.queryLog);
  const { db, close } = openDatabase(recordsUrl(config, "platform_log_reader"), { max: 1, applicationName: "query-log" });
  try {
    const { lastLine, faults } = await runQueryLogCommand(argv, (...what) => openQueryLog(db, keyStore, ...what));
    if (faults === 0) return lastLine;
    process.exitCode = 2;
    return `${lastLine} ${faults} of them disagree with their own bytes: tell the ethics office, and check the log.`;
  } finally {
    await close();
  }
});
