import { openDatabase } from "../db/client.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { EXPORT_LOG_HELP, runExportLog } from "../src/log-export/export-command.ts";
import { recordsUrl } from "../src/running-platform.ts";

await runCommand(EXPORT_LOG_HELP, async (argv) => {
  const open = () => openDatabase(recordsUrl(readEnvironment(), "platform_log_reader"), { max: 1, applicationName: "export-log" });
  return runExportLog(argv, open, (line) => console.error(line));
});
