import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { startEmbeddedTemporal } from "../../src/adapters/temporal-server.ts";

const directory = mkdtempSync(join(tmpdir(), "verification-platform-ports-"));
let other: Server;
let taken: number;

beforeAll(async () => {
  chmodSync(directory, 0o711);
  taken = await freePort();
  other = createServer();
  await new Promise<void>((resolve) => other.listen(taken, "127.0.0.1", resolve));
});
afterAll(() => {
  other.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Chooses the taken port so many times. */
function choosing(times: number): () => Promise<number> {
  let chosen = 0;
  return async () => (chosen++ < times ? taken : freePort());
}

const SERVERS = {
  Postgres: (choosePort: () => Promise<number>) => startEmbeddedPostgres(join(directory, "postgres"), {}, choosePort),
  Temporal: (choosePort: () => Promise<number>) =>
    startEmbeddedTemporal(join(directory, "temporal.db"), () => undefined, "default", choosePort),
};

describe.each(Object.entries(SERVERS))("an embedded %s", (_name, start) => {
  test("starts on another port when the one that was free has been taken", async () => {
    const server = await start(choosing(2));
    await server.stop();
    expect("url" in server ? server.url : server.address).not.toContain(`:${taken}`);
  });

  test("says so when it finds none", async () => {
    await expect(start(choosing(9))).rejects.toThrow(/did not start/);
  });
});

test("a free port is none that the system gives to whoever asks for any", async () => {
  for (let times = 0; times < 20; times += 1) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_768);
    expect(port).not.toBe(taken);
  }
});
