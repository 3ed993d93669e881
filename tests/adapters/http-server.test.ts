import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { freePort } from "../../src/adapters/embedded-postgres.ts";
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
