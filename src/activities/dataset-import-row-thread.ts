import type { KeyObject } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";
import { createCopyWriter } from "./dataset-import-copy.ts";
import type { BlockResult, RowThreadTask } from "./dataset-import-row-threads.ts";
import { readRows, type SourceFormat } from "./dataset-import-rows.ts";

/** A thread that turns blocks of lines into bytes of a binary COPY, one block at a time. */
const { indexKey } = workerData as { readonly indexKey: KeyObject };
const writer = createCopyWriter(indexKey);

parentPort?.on("message", ({ block, firstLine, format }: RowThreadTask) => {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const result = read(bytes, firstLine, format);
  // The plaintext stays in memory no longer than its hashing takes.
  bytes.fill(0);
  parentPort?.postMessage(result, "copy" in result ? [result.copy.buffer] : []);
});

function read(bytes: Buffer, firstLine: number, format: SourceFormat): BlockResult {
  try {
    const rows = readRows(bytes, firstLine, format, writer);
    return { ...rows, copy: writer.take() };
  } catch (error) {
    if (error instanceof DeliveryRejected) return { rejected: error.code };
    throw error;
  }
}
