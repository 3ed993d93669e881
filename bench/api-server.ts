import { serve } from "@hono/node-server";
import { Pool } from "pg";
import { pino } from "pino";
import { collectAllSeldom } from "../src/adapters/garbage-collection.ts";
import { openKeyStore } from "../src/adapters/key-store.ts";
import { createApp } from "../src/api/app.ts";
import { API_CONNECTIONS, createApiContext, SHARED_STATEMENTS } from "../src/api/context.ts";
import { appendWithoutTree } from "./append-without-tree.ts";

// The real API: arguments are database URL, key folder, "shared" (as it is), "single" (one statement a request) or "no-tree" (no place in the log), port.
const [databaseUrl, keysDirectory = "", mode, port] = process.argv.slice(2);
collectAllSeldom();
const shared = mode !== "single";
const pool = new Pool({ ...API_CONNECTIONS, connectionString: databaseUrl, ...(!shared && { max: 64 }) });
const context = await createApiContext({ pool, logPool: pool }, openKeyStore(keysDirectory), pino({ level: "warn" }), {
  trustedProxies: [],
  metricsAddresses: [],
  now: Date.now,
  ...(mode === "no-tree" && { append: appendWithoutTree }),
  ...(shared ? SHARED_STATEMENTS : { rowsPerStatement: 1, statementsAtOnce: 24 }),
});
serve({ fetch: createApp(context).fetch, hostname: "127.0.0.1", port: Number(port) }, () => console.log("up"));
process.once("SIGTERM", () => process.exit());
