import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BundlePart } from "../log-export/bundle-path.ts";
import type { DisposedRange } from "../log-export/manifest.ts";
import type { ZipEntry } from "../log-export/zip-file.ts";
import type { CheckedBundle } from "./check-bundle.ts";

/** A bundle to check, by where its files are in the ZIP. */
export interface BundleTask {
  readonly index: number;
  readonly width: number;
  readonly places: Readonly<Partial<Record<BundlePart, ZipEntry>>>;
  /** Whether its leaf hashes are needed later: by a checkpoint, a receipt, or the root. */
  readonly wanted: boolean;
}

/** What came of it. */
export interface ThreadResult extends Omit<CheckedBundle, "leaves" | "tile"> {
  /** The hash over the entries' leaf hashes, and the one over the tile's when they differ; of full bundles. */
  readonly root: Uint8Array | undefined;
  readonly tileRoot: Uint8Array | undefined;
  /** Whether every entry hashes to what the tile says. */
  readonly agrees: boolean;
  /** When wanted, or when they disagree with the tile. */
  readonly leaves: Uint8Array | undefined;
  readonly tile: Uint8Array | undefined;
}

const MOST_THREADS = 16;
/** Bundles that a thread is given at once, and how many such tasks it may have waiting. */
const BUNDLES_A_TASK = 8;
const TASKS_A_THREAD = 3;
/** A thread keeps nothing: the limits bound the memory whatever the log's size. */
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 96 };

/**
 * Checks bundles on threads, which read the open file by themselves.
 * @param bundles how many tasks there will be
 * @returns results in the order of the tasks
 */
export async function* checkOnThreads(
  fd: number,
  disposed: readonly DisposedRange[],
  tasks: Iterable<BundleTask>,
  bundles: number,
): AsyncGenerator<ThreadResult> {
  const count = Math.min(MOST_THREADS, availableParallelism(), Math.max(1, Math.ceil(bundles / BUNDLES_A_TASK)));
  const threads = Array.from({ length: count }, () => startThread(fd, disposed));
  try {
    const underWay: Promise<readonly ThreadResult[]>[] = [];
    let turn = 0;
    for (const some of groupsOf(tasks)) {
      if (underWay.length >= count * TASKS_A_THREAD) yield* await (underWay.shift() as Promise<readonly ThreadResult[]>);
      const result = (threads[turn++ % count] as CheckThread).run(some);
      // A thread that fails while we wait for another is told when its turn comes.
      result.catch(() => undefined);
      underWay.push(result);
    }
    for (const result of underWay) yield* await result;
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

function* groupsOf(tasks: Iterable<BundleTask>): Generator<BundleTask[]> {
  let group: BundleTask[] = [];
  for (const task of tasks) {
    group.push(task);
    if (group.length < BUNDLES_A_TASK) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

interface CheckThread {
  run(tasks: readonly BundleTask[]): Promise<readonly ThreadResult[]>;
  stop(): Promise<unknown>;
}

function startThread(fd: number, disposed: readonly DisposedRange[]): CheckThread {
  const worker = new Worker(new URL("./check-thread.ts", import.meta.url), { workerData: { fd, disposed }, resourceLimits: HEAP });
  const waiting: PromiseWithResolvers<readonly ThreadResult[]>[] = [];
  let failure: unknown;
  function fail(error: unknown): void {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  }
  worker.on("message", (results: readonly ThreadResult[]) => waiting.shift()?.resolve(results));
  worker.on("error", fail);
  worker.on("exit", () => fail(failure ?? new Error("A checking thread ended early.")));
  return {
    run(tasks) {
      const result = Promise.withResolvers<readonly ThreadResult[]>();
      if (failure !== undefined) result.reject(failure);
      else {
        waiting.push(result);
        worker.postMessage(tasks);
      }
      return result.promise;
    },
    stop: () => worker.terminate(),
  };
}
