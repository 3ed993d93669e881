import { flushCompileCache } from "node:module";
import { openKeyStore } from "../adapters/key-store.ts";
import type { LoadOrder, LoadReport } from "./dataset-import-loading.ts";
import { startRowThreads } from "./dataset-import-row-threads.ts";

/** The process that loads one file and ends. */
const REPORT_EVERY = 500;

function report(message: LoadReport): void {
  process.send?.(message);
}

/** Without the worker there is nobody to load for; the database rolls back what we leave. */
process.on("disconnect", () => process.exit(1));
// A worker that is told to stop lets us finish, and ends us when its patience does.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

process.once("message", async ({ importId, config, databaseUrl, now }: LoadOrder) => {
  const started = performance.now();
  const keyStore = openKeyStore(config.keysDirectory, ["index"]);
  const rowThreads = startRowThreads(keyStore.index.current);
  // The libraries of this thread, while the others read theirs: together they take as long as a small file.
  const [{ openDatabase }, { loadFile }] = await Promise.all([import("../../db/client.ts"), import("./dataset-import-load.ts")]);
  // We are killed in the end: what was compiled is written now, where the platform keeps it.
  flushCompileCache();
  const { db, pool } = openDatabase(databaseUrl, { max: 3, applicationName: "worker" });
  const context = {
    config,
    db,
    pool,
    keyStore,
    rowThreads,
    now: () => new Date(now + performance.now() - started),
  };
  let nextReport = 0;
  try {
    const rejection = await loadFile(context, importId, (rows) => {
      if (performance.now() < nextReport) return;
      nextReport = performance.now() + REPORT_EVERY;
      report({ rows });
    });
    report({ rejection, peakMemoryMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
  } catch (error) {
    // Names and codes only: a message of the database or of a parser may quote a row.
    report({ failure: error instanceof Error ? `${error.name}${"code" in error ? ` ${String(error.code)}` : ""}` : "unknown" });
  }
});
