import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../db/client.ts";
import { growLog, type LogKeeping, openLogKeeping } from "../../src/log-keeper.ts";
import type { TestApi } from "./api.ts";

export const ORIGIN = "verify.example.gov.tw/queries";

/** What the worker does for the log of a test's API, round by round. */
export interface TestLogKeeping extends LogKeeping {
  readonly directory: string;
  /** Rounds until nothing is new. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export function openTestLogKeeping(
  api: Pick<TestApi, "database" | "keysDirectory">,
  directory = mkdtempSync(join(tmpdir(), "log-")),
): TestLogKeeping {
  const worker = openDatabase(api.database.workerUrl, { max: 2 });
  const keeping = openLogKeeping(
    { keysDirectory: api.keysDirectory, logDirectory: directory, logOrigin: ORIGIN },
    worker.pool,
    () => new Date(),
  );
  return {
    ...keeping,
    directory,
    async settle() {
      while ((await growLog(keeping)) !== "none");
    },
    close: worker.close,
  };
}
