import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { HEAP_GROWTH } from "../../src/adapters/garbage-collection.ts";

// How often the heap is collected depends on the machine's speed, so the bench shows it. V8 says nothing to a flag that it no longer knows.
test("the heap's growth is set by a flag that this Node knows", () => {
  expect(execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" })).toContain(`  ${HEAP_GROWTH.replace(/=\d+$/, "")} (`);
});
