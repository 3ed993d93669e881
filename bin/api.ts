import { Pool } from "pg";
import { pino } from "pino";
import { surviveBrokenConnections } from "../db/client.ts";
import { requireOwnSchema } from "../db/schema-version.ts";
import { closeServer } from "../src/adapters/close-server.ts";
import { collectAllSeldom } from "../src/adapters/garbage-collection.ts";
import { serveHttp } from "../src/adapters/http-server.ts";
import { KEYS_OF, openKeyStore } from "../src/adapters/key-store.ts";
import { createApp } from "../src/api/app.ts";
import { API_CONNECTIONS, createApiContext, LOG_CONNECTIONS, REQUEST_LIMIT, SHARED_STATEMENTS } from "../src/api/context.ts";
import { announceReady, runCommand, stopSignal } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";

const HELP = `Usage: node bin/api.ts
Serves the verification API until SIGTERM or SIGINT.
Environment: DATABASE_URL (role platform_api), KEYS_DIR, HOST, PORT, TRUSTED_PROXIES, METRICS_ADDRESSES, LOG_LEVEL. docs/operations.md tells more.`;

await runCommand(HELP, async () => {
  const config = readEnvironment();
  if (config.databaseUrl === undefined)
    throw new Error("DATABASE_URL is missing: npm start brings its own database, bin/api.ts needs one.");
  collectAllSeldom();
  const logger = pino({ name: "api", level: config.logLevel });
  const pool = new Pool({ ...API_CONNECTIONS, connectionString: config.databaseUrl });
  const logPool = new Pool({ ...LOG_CONNECTIONS, connectionString: config.databaseUrl });
  for (const each of [pool, logPool])
    surviveBrokenConnections(each, (error) => logger.warn({ error: error.name }, "a database connection broke"));
  await requireOwnSchema(pool);
  const context = await createApiContext({ pool, logPool }, openKeyStore(config.keysDirectory, KEYS_OF.api), logger, {
    ...config,
    ...SHARED_STATEMENTS,
    now: Date.now,
  });
  const server = await serveHttp(createApp(context).fetch, { ...config, requestLimit: REQUEST_LIMIT });
  logger.info({ host: config.host, port: config.port }, "listening");
  announceReady();
  await stopSignal();
  // No statement takes longer, so nobody whose answer is on record is cut off from it.
  await closeServer(server, API_CONNECTIONS.query_timeout);
  await context.close();
  await Promise.all([pool.end(), logPool.end()]);
  return "The API has stopped; every answered question is in the log.";
});
