import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { readBody } from "../../src/api/request-body.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("§4(1)2 a body in pieces of one byte takes up little more than its bytes, and is read whole", async () => {
  const bytes = 16_384;
  const text = "查".repeat(bytes / 4);
  const whole = Buffer.from(text);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const senders = Array.from({ length: 50 }, () => Object.assign(new EventEmitter(), { headers: {}, destroyed: false }));
  const bodies = senders.map((sender) => readBody(sender as unknown as IncomingMessage, { bytes, refusal: () => new Error("too large") }));
  for (const sender of senders) for (let at = 0; at < whole.length; at += 1) sender.emit("data", whole.subarray(at, at + 1));
  collectGarbage();
  // Kept as they come, they take up a hundred times as much.
  expect((process.memoryUsage().heapUsed - before) / senders.length).toBeLessThan(10 * bytes);
  for (const sender of senders) sender.emit("end");
  for (const body of await Promise.all(bodies)) expect(body.toString()).toBe(text);
});
