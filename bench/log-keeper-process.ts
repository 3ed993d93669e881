import { openDatabase } from "../db/client.ts";
import { growLog, openLogKeeping } from "../src/log-keeper.ts";

// What the worker does for the log, in a process of its own: arguments are database URL, key folder, folder for the kept checkpoint, port (unused).
const [databaseUrl = "", keysDirectory = "", logDirectory = ""] = process.argv.slice(2);
const { pool } = openDatabase(databaseUrl, { max: 1 });
const keeping = openLogKeeping({ keysDirectory, logDirectory, logOrigin: "bench/query-log" }, pool, () => new Date());
process.once("SIGTERM", () => process.exit());
console.log("up");
for (;;) if ((await growLog(keeping)) !== "more") await new Promise((resolve) => setTimeout(resolve, 1000));
