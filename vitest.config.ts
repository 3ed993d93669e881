import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "tests/global-setup.ts",
    pool: "forks",
    // Two cores: more files at once only make each other's deadlines late.
    maxWorkers: 2,
    // Limits for what hangs, not for what is slow: on a busy machine a command takes seconds to start.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    env: { TZ: "UTC" },
  },
});
