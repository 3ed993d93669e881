import type { KeyObject } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { RejectionCode } from "../domain/dataset-import.ts";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";
import type { Block } from "./dataset-import-blocks.ts";
import type { ReadRows, SourceFormat } from "./dataset-import-rows.ts";

export interface RowThreadTask {
  readonly block: Uint8Array<ArrayBuffer>;
  readonly firstLine: number;
  readonly format: SourceFormat;
}

/** What came of a block: its good rows as bytes of a binary COPY. */
export interface HashedRows extends ReadRows {
  readonly copy: Uint8Array<ArrayBuffer>;
}

export type BlockResult = HashedRows | { readonly rejected: RejectionCode };

/** More threads than these would only wait for the decryption. */
const MOST_THREADS = 4;
/** Blocks given to a thread at once: one in work, one waiting. */
const BLOCKS_A_THREAD = 2;
/** Small heaps: what a thread keeps from block to block is nearly nothing, and the limit bounds the memory of an import. */
const HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 };

/** Threads that read and hash blocks of lines; they start while the file is being opened. */
export function startRowThreads(indexKey: KeyObject): RowThread[] {
  return Array.from({ length: Math.min(MOST_THREADS, availableParallelism()) }, () => startThread(indexKey));
}

/**
 * Reads and hashes blocks on threads, since hashing is most of an import's work and would keep the decryption waiting.
 * Takes no more blocks than the threads can hold, so that a slow database slows the decryption down.
 * @returns results in the order of the blocks
 * @throws DeliveryRejected for the first block that can't be read
 */
export async function* hashRows(
  blocks: AsyncIterable<Block>,
  threads: readonly RowThread[],
  format: SourceFormat,
): AsyncGenerator<HashedRows> {
  const underWay: Promise<BlockResult>[] = [];
  let turn = 0;
  for await (const { bytes, firstLine } of blocks) {
    if (underWay.length >= threads.length * BLOCKS_A_THREAD) yield judge(await (underWay.shift() as Promise<BlockResult>));
    const result = (threads[turn++ % threads.length] as RowThread).run({ block: bytes, firstLine, format });
    // A thread that fails while we wait for another is told when its turn comes.
    result.catch(() => undefined);
    underWay.push(result);
  }
  for (const result of underWay) yield judge(await result);
}

function judge(result: BlockResult): HashedRows {
  if ("rejected" in result) throw new DeliveryRejected(result.rejected);
  return result;
}

/** One block at a time, in the order in which they were given. */
export interface RowThread {
  run(task: RowThreadTask): Promise<BlockResult>;
}

function startThread(indexKey: KeyObject): RowThread {
  const worker = new Worker(new URL("./dataset-import-row-thread.ts", import.meta.url), {
    workerData: { indexKey },
    resourceLimits: HEAP,
  });
  const waiting: PromiseWithResolvers<BlockResult>[] = [];
  let failure: unknown;
  function fail(error: unknown): void {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  }
  worker.on("message", (result: BlockResult) => waiting.shift()?.resolve(result));
  worker.on("error", fail);
  worker.on("exit", () => fail(failure ?? new Error("A row thread ended early.")));
  return {
    run(task) {
      const result = Promise.withResolvers<BlockResult>();
      if (failure !== undefined) result.reject(failure);
      else {
        waiting.push(result);
        worker.postMessage(task, [task.block.buffer]);
      }
      return result.promise;
    },
  };
}
