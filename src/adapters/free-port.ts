import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A port that was free a moment ago, of those that the system gives nobody by itself: it begins at 32,768, and what a starting server or a
 * connection is given there would be gone in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** A server found its port taken: by another program that came first, or between our look and its start. */
export class PortTaken extends Error {
  override name = "PortTaken";
}

/** What a server says that finds its port, or another that it needs, taken. */
export const SAYS_PORT_TAKEN = /address already in use/i;

/** Starts a server on a free port, and on another when somebody was faster. */
export async function startOnFreePort<Server>(start: (port: number) => Promise<Server>, choosePort = freePort): Promise<Server> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    try {
      return await start(await choosePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || triesLeft === 0) throw error;
    }
  }
}
