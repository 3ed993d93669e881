import type { Server } from "node:http";

/** How often is looked for connections that have become idle (milliseconds): who asks on does so sooner, and is not cut off by it. */
const LOOK_EVERY = 500;

/**
 * Ends a server as its callers need it: nobody new is let in, who asks on is answered for the last time on that connection, and who is idle is let
 * go. `Server.close` alone waits for as long as anybody asks on, and no longer looks for who never finishes a request.
 * @param patience how long requests under way may take, milliseconds; what is left is cut off
 */
export async function closeServer(server: Server, patience = 5000): Promise<void> {
  server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
  const closed = new Promise((resolve) => server.close(resolve));
  const look = setInterval(() => server.closeIdleConnections(), LOOK_EVERY);
  const end = setTimeout(() => server.closeAllConnections(), patience);
  await closed;
  clearInterval(look);
  clearTimeout(end);
}
