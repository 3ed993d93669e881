import { once } from "node:events";
import { createAdaptorServer, type ServerType } from "@hono/node-server";

/** Connections that may wait to be taken: Node's 511 are too few when some thousand callers begin at once, and those beyond would be cut off. */
const WAITING_CONNECTIONS = 4096;

/**
 * Serves HTTP; up when it resolves.
 * @param port 0: any that is free
 * @throws Error of the system, as when the port is in use
 */
export async function serveHttp(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ServerType> {
  const server = createAdaptorServer({ fetch });
  server.listen({ host, port, backlog: WAITING_CONNECTIONS });
  await once(server, "listening");
  return server;
}
