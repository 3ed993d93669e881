import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findEmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { readEnvironment } from "../../src/config.ts";
import { openRecords } from "../../src/running-platform.ts";

const directory = mkdtempSync(join(tmpdir(), "running-postgres-"));
afterAll(() => {
  removeEmbeddedPostgres(join(directory, "postgres"));
  rmSync(directory, { recursive: true, force: true });
});

describe("the Postgres that runs from a data directory", () => {
  test("§5(5) is found by commands that do without Temporal while it runs, and not before or after", async () => {
    const config = readEnvironment({ DATA_DIR: directory });
    const place = join(directory, "postgres");
    expect(() => openRecords(config)).toThrow("No database runs from");
    const postgres = await startEmbeddedPostgres(place, { fsync: "off" });
    expect(findEmbeddedPostgres(place)).toBe(Number(new URL(postgres.url).port));
    const { pool, close } = openRecords(config);
    // The server is there, and has yet to be given the role.
    await expect(pool.query("select")).rejects.toMatchObject({ code: "28P01" });
    await close();
    await postgres.stop();
    expect(findEmbeddedPostgres(place)).toBeUndefined();
  });
});
