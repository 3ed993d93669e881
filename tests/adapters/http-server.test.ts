import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { closeServer } from "../../src/adapters/close-server.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { serveHttp } from "../../src/adapters/http-server.ts";

const CALLERS = 1500;
/** Connects all at once, says so, and counts the answers. */
const CALL = `
const { connect } = require("node:net");
const port = Number(process.argv[1]);
let [connected, answered, broken] = [0, 0, 0];
const done = () => { if (answered + broken === ${CALLERS}) { console.log(JSON.stringify({ answered, broken })); process.exit(); } };
for (let caller = 0; caller < ${CALLERS}; caller += 1) {
  const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n"));
  socket.once("data", (data) => { answered += data.toString().startsWith("HTTP/1.1 200"); done(); });
  socket.once("error", () => { broken += 1; done(); });
}`;

/** Connections that the system holds for a server that hasn't taken them yet (Linux). */
function waitingConnections(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, address, , state]) => address === local && state === "0A");
  return Number.parseInt(listening?.[4]?.split(":")[1] ?? "", 16);
}

test("callers who all begin while the server is busy are answered, none is cut off", async () => {
  const port = await freePort();
  const server = await serveHttp(() => new Response("here"), { host: "127.0.0.1", port });
  const callers = spawn(process.execPath, ["-e", CALL, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  // Busy until they have all come, at most ten seconds.
  for (let turn = 0; turn < 100 && waitingConnections(port) < CALLERS; turn += 1)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  expect(waitingConnections(port)).toBe(CALLERS);
  expect(JSON.parse(await text(callers.stdout))).toEqual({ answered: CALLERS, broken: 0 });
  await new Promise((resolve) => server.close(resolve));
});

test("a port in use is said at once", async () => {
  const port = await freePort();
  const server = await serveHttp(() => new Response("here"), { host: "127.0.0.1", port });
  await expect(serveHttp(() => new Response("here"), { host: "127.0.0.1", port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await new Promise((resolve) => server.close(resolve));
});

/** Begins a body and never ends it. */
async function drip(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\na");
  return socket;
}

test("a request that takes too long to come is ended", async () => {
  const server = await serveHttp(async (asked) => new Response(await asked.text()), { host: "127.0.0.1", port: 0, requestLimit: 1000 });
  const socket = await drip((server.address() as AddressInfo).port);
  socket.setEncoding("utf8");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  await closeServer(server, 0);
});

test("a server that is told to end answers what is under way, and soon nobody any more", async () => {
  let [taken, answered] = [0, 0];
  const server = await serveHttp(
    async () => {
      taken += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return new Response("here");
    },
    { host: "127.0.0.1", port: 0 },
  );
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  /** Asks again and again, on one connection for as long as it is kept. */
  const askOn = () => {
    const sent = request({ port, host: "127.0.0.1", agent }, (response) => {
      response.resume().once("end", () => {
        answered += 1;
        setImmediate(askOn);
      });
    });
    // Nobody listens any more.
    sent.once("error", () => undefined);
    sent.end();
  };
  for (let caller = 0; caller < 20; caller += 1) askOn();
  await expect.poll(() => answered).toBeGreaterThan(20);
  const before = answered;
  const started = performance.now();
  await closeServer(server, 10_000);
  expect(performance.now() - started).toBeLessThan(5000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // Each heard what was under way, and at most one answer more.
  expect(answered).toBe(taken);
  expect(answered - before).toBeLessThanOrEqual(40);
  agent.destroy();
});

test("a server that is told to end cuts off who never ends a request", async () => {
  const server = await serveHttp(async (asked) => new Response(await asked.text()), { host: "127.0.0.1", port: 0 });
  const socket = await drip((server.address() as AddressInfo).port);
  const cut = once(socket, "close");
  const started = performance.now();
  await closeServer(server, 500);
  await cut;
  expect(performance.now() - started).toBeLessThan(5000);
});
