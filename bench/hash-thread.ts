import { hash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { readAt } from "../src/log-export/zip-file.ts";

/** A thread that hashes a part of a file in pieces of an entry's length, and does nothing else with them. */
const { path, begin, end, piece } = workerData as { path: string; begin: number; end: number; piece: number };
const BLOCK_BYTES = 2 * 1024 * 1024;

const fd = openSync(path, "r");
const block = Buffer.alloc(BLOCK_BYTES);
for (let at = begin; at < end; at += BLOCK_BYTES) {
  const bytes = readAt(fd, at, Math.min(BLOCK_BYTES, end - at), block);
  for (let place = 0; place < bytes.length; place += piece) hash("sha256", bytes.subarray(place, place + piece), "hex");
}
closeSync(fd);
parentPort?.postMessage("done");
