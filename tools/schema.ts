import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { dumpSchema } from "../db/schema-dump.ts";
import { startEmbeddedPostgres } from "../src/adapters/embedded-postgres.ts";
import { runCommand } from "../src/command.ts";

const HELP = `Usage: node tools/schema.ts [--check]
Writes db/schema.sql: what the migrations make of an empty database. With --check it only compares; exit code 1 when they differ.`;
const GOLDEN = join(import.meta.dirname, "../db/schema.sql");

await runCommand(HELP, async ([mode]) => {
  const schema = await migratedSchema();
  if (mode !== "--check") {
    writeFileSync(GOLDEN, schema);
    return "db/schema.sql is written.";
  }
  const written = readFileSync(GOLDEN, "utf8");
  if (written === schema) return "db/schema.sql is what the migrations make.";
  const [before, now] = [written.split("\n"), schema.split("\n")];
  const line = now.findIndex((text, index) => text !== before[index]);
  throw new Error(
    `db/schema.sql is not what the migrations make, from line ${line + 1} on ("${now[line] ?? ""}"): write it anew with node tools/schema.ts and read the difference.`,
  );
});

async function migratedSchema(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-schema-"));
  const postgres = await startEmbeddedPostgres(join(directory, "postgres"), { fsync: "off" });
  try {
    await migrate(postgres.url, undefined, "2026-11-23");
    const { pool, close } = openDatabase(postgres.url, { max: 1 });
    try {
      return await dumpSchema(pool);
    } finally {
      await close();
    }
  } finally {
    await postgres.stop();
    for (const place of [directory, postgres.directory]) rmSync(place, { recursive: true, force: true });
  }
}
