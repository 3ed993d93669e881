import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../../vitest.config.ts";

// Records the committed histories anew: npx vitest run --config tests/replay/record.config.ts
// Only for a new kind of workflow, or when the old histories can no longer be open anywhere.
const { test, ...rest } = tests;
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [] } }),
  defineConfig({ test: { include: ["tests/replay/record-*.ts"] } }),
);
