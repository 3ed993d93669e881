import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { DeterminismViolationError } from "@temporalio/workflow";
import { pino } from "pino";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { FAILURE_CONVERTER_PATH } from "../../src/adapters/temporal-client.ts";
import { installTemporalLogger } from "../../src/adapters/temporal-worker.ts";

const histories = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".json"));
beforeAll(() => installTemporalLogger(pino({ level: "silent" })));

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), "utf8");
}

function replay(history: string): Promise<void> {
  return Worker.runReplayHistory(
    { workflowBundle: { codePath: inject("workflowBundle") }, dataConverter: { failureConverterPath: FAILURE_CONVERTER_PATH } },
    historyFromJSON(JSON.parse(history)),
  );
}

describe("today's workflows go on with histories of before", () => {
  test("§3(3) of an integration in each state that waits or ends", () => {
    const kept = [
      "submitted",
      "approved",
      "lapsed",
      "expired",
      "warned",
      "idle",
      "returned",
      "checked",
      "withdrawn",
      "refused",
      "provisioned",
      "active",
      "before-renewal",
      "renewed",
      "suspended",
      "revoked",
    ];
    expect(histories).toEqual(expect.arrayContaining(kept.map((state) => `integration-${state}.json`)));
  });

  test("§3(8) of a review of addresses that is open or has ended", () => {
    expect(histories).toEqual(expect.arrayContaining(["ip-inventory-open.json", "ip-inventory-closed.json"]));
  });

  test("§4(1)3 §4(4) of an import that ended or waits, of a request about keys, and of the upkeep", () => {
    const imports = ["imported", "second-copy", "quarantined", "destroyed", "decided-before-record", "keys"].map(
      (end) => `dataset-import-${end}.json`,
    );
    expect(histories).toEqual(expect.arrayContaining([...imports, "upkeep.json"]));
  });

  test("§4(1)5 of a month of the log that is held, early and late, and of one that is gone", () => {
    expect(histories).toEqual(expect.arrayContaining(["retention-disposed.json", "retention-early-hold.json", "retention-held.json"]));
  });

  test.each(histories)("%s", async (file) => {
    await replay(read(file));
  });

  test.each(histories)("%s, changed, is found out", async (file) => {
    const changed = read(file).replace(/("activityType": \{\s*"name": ")\w+/, "$1anotherActivity");
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });
});
