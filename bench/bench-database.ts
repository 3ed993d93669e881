import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { openDatabase } from "../db/client.ts";
import { startEmbeddedPostgres } from "../src/adapters/embedded-postgres.ts";
import { createKeys, openKeyStore } from "../src/adapters/key-store.ts";
import { CHECKS } from "../src/domain/checks.ts";
import { type MadeUpPerson, makePeople } from "../src/people/make-people.ts";
import { migrateForTests } from "../tests/support/migrated.ts";
import { seedGenerations, seedIntegration } from "../tests/support/seed.ts";

/** A Postgres with made-up people and one integration, for measuring the API. */
export interface BenchDatabase {
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
  readonly logReaderUrl: string;
  readonly keysDirectory: string;
  readonly token: string;
  readonly people: readonly MadeUpPerson[];
  close(): Promise<void>;
}

const PEOPLE = 20_000;
/** Files of the write-ahead log, of 16 MB each: more than a run writes. */
const LOG_FILES = 128;
const KEEP_LOG_FILES = { min_wal_size: `${16 * LOG_FILES}MB`, max_wal_size: `${32 * LOG_FILES}MB` };

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "verification-platform-bench-"));
  chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres(join(directory, "postgres"), KEEP_LOG_FILES);
  await migrateForTests(postgres.url);
  const keysDirectory = join(directory, "keys");
  createKeys(keysDirectory);
  const people = [...makePeople(PEOPLE)].filter(({ name }) => !name.includes("■") && !/[\ue000-\uf8ff]/.test(name));
  const { pool, close } = openDatabase(postgres.url, { max: 2 });
  const idsOf = (listed: (person: MadeUpPerson) => boolean) => people.filter(listed).map(({ nationalId }) => nationalId);
  await seedGenerations(pool, openKeyStore(keysDirectory), people, {
    alone: idsOf(({ livesAlone }) => livesAlone),
    disability: idsOf(({ disabled }) => disabled),
  });
  const { token } = await seedIntegration(pool, { checks: CHECKS });
  await pool.query("vacuum analyze");
  await makeLogFiles(pool);
  await close();
  return {
    ownerUrl: postgres.url,
    apiUrl: postgres.url.replace(/\/\/[^@]*@/, "//platform_api:api@"),
    logReaderUrl: postgres.url.replace(/\/\/[^@]*@/, "//platform_log_reader:log-reader@"),
    workerUrl: postgres.url.replace(/\/\/[^@]*@/, "//platform_worker:worker@"),
    keysDirectory,
    token,
    people,
    async close() {
      await postgres.stop();
      for (const place of [directory, postgres.directory]) rmSync(place, { recursive: true, force: true });
    },
  };
}

/**
 * A database that has been at work for a day has the files of its write-ahead log and uses them again. A fresh one makes one after the other, and
 * while it fills one with zeros, once or twice a second under load, nothing is written for 10 to 20 ms.
 */
async function makeLogFiles(pool: Pool): Promise<void> {
  for (let file = 0; file < LOG_FILES; file += 1) {
    await pool.query("select pg_logical_emit_message(false, 'bench', '')");
    await pool.query("select pg_switch_wal()");
  }
  // The second lets go of what the first still kept for a crash.
  for (let time = 0; time < 2; time += 1) await pool.query("checkpoint");
}

/** Bodies of questions about all people in turn, `subjects` of them in each: one makes a single verification. */
export function questionBodies(people: readonly MadeUpPerson[], count: number, subjects = 1): string[] {
  const base = { operator: "tax-042", operationCode: "V01", caseNumber: "113-社-000123", reason: "低收入戶資格審查", checks: CHECKS };
  const subjectAt = (place: number) => {
    const { nationalId, name, birthDate } = people[place % people.length] as MadeUpPerson;
    return { nationalId, name, birthDate };
  };
  return Array.from({ length: count }, (_, place) => {
    const asked = Array.from({ length: subjects }, (_, next) => subjectAt(place * 41 * subjects + next));
    return JSON.stringify(subjects === 1 ? { ...base, subject: asked[0] } : { ...base, subjects: asked });
  });
}
