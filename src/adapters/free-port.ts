import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const PORT_RETRY = 200;

/**
 * A port that was free a moment ago, of those that the system gives nobody by itself: it begins at 32,768, and what a starting server or a
 * connection is given there would be gone in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    try {
      await listenOnce("127.0.0.1", port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}

/**
 * Makes sure that we can listen.
 * @param patience how long to wait for another to let go (milliseconds)
 * @throws the system's EADDRINUSE when something else listens there
 */
export async function requireFreePort(host: string, port: number, patience: number): Promise<void> {
  for (const limit = Date.now() + patience; ; ) {
    try {
      return await listenOnce(host, port);
    } catch (error) {
      if (Date.now() >= limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, PORT_RETRY));
    }
  }
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** A server found its port taken: by another program that came first, or between our look and its start. */
export class PortTaken extends Error {
  override name = "PortTaken";
}

/** What a server says that finds its port, or another that it needs, taken. */
export const SAYS_PORT_TAKEN = /address already in use/i;

/** Starts a server on a free port, and on another when somebody was faster. */
export async function startOnFreePort<Server>(
  start: (port: number) => Promise<Server>,
  choosePort: () => Promise<number>,
): Promise<Server> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    try {
      return await start(await choosePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || triesLeft === 0) throw error;
    }
  }
}
