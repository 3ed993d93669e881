import { execFileSync } from "node:child_process";
import { expect, test, vi } from "vitest";

const setFlagsFromString = vi.hoisted(() => vi.fn());
vi.mock("node:v8", async (original) => ({ ...(await original<typeof import("node:v8")>()), setFlagsFromString }));

// How often the heap is collected depends on the machine's speed, so the bench shows it. V8 says nothing to a flag that it no longer knows.
test("the heap's growth is set by a flag that this Node knows", async () => {
  const { collectAllSeldom } = await import("../../src/adapters/garbage-collection.ts");
  collectAllSeldom();
  const flag = /^--([a-z-]+)=\d+$/.exec(setFlagsFromString.mock.lastCall?.[0])?.[1];
  expect(execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" })).toContain(`  --${flag} (`);
});
