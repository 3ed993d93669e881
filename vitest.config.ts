import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "tests/global-setup.ts",
    pool: "forks",
    // One more than the cores that CI has: many tests wait, for a killed worker's heartbeat or an idle browser.
    maxWorkers: 3,
    // Limits for what hangs, not for what is slow: on a busy machine a command takes seconds to start.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    env: { TZ: "UTC" },
  },
});
