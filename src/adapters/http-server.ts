import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";

/** Connections that may wait to be taken: Node's 511 are too few when some thousand callers begin at once, and those beyond would be cut off. */
const WAITING_CONNECTIONS = 4096;
/** How long a whole request may take to come (milliseconds); Node's own, for large files over slow lines. */
const REQUEST_LIMIT = 300_000;
/** How often Node looks for requests that take longer. */
const LOOK_EVERY = 30_000;

/**
 * Serves HTTP; up when it resolves.
 * @param options.port 0: any that is free
 * @param options.requestLimit milliseconds that a whole request may take to come
 * @throws Error of the system, as when the port is in use
 */
export async function serveHttp(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
  { host, port, requestLimit = REQUEST_LIMIT }: { readonly host: string; readonly port: number; readonly requestLimit?: number },
): Promise<Server> {
  const serverOptions = { requestTimeout: requestLimit, connectionsCheckingInterval: Math.min(requestLimit / 4, LOOK_EVERY) };
  // Without another factory it is Node's plain one.
  const server = createAdaptorServer({ fetch, serverOptions }) as Server;
  server.listen({ host, port, backlog: WAITING_CONNECTIONS });
  await once(server, "listening");
  return server;
}
