import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../db/client.ts";
import { runProgram } from "../src/adapters/slow-step.ts";
import type { BenchDatabase } from "./bench-database.ts";

const LOOK_UP_AND_LOG = (key: string) => `
with found as (
  select record.dataset_id, record.name_key, record.birth_date_key, record.indigenous from subject_record record where record.subject_key = ${key}
), counted as (
  insert into daily_usage (integration_id, usage_day, subjects) select 1, current_date, 1 where false
)
insert into query_log (leaf_index, entry_id, asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry)
select 0, uuidv7(), now(), 1, 'tax-042', 'V01', 'match', decode(md5(count(*)::text), 'hex'), decode(md5(count(*)::text), 'hex'),
  sha256('entry'), convert_to(repeat('0123456789', 70), 'UTF8') from found`;

/**
 * The bare statement, one lookup and one log entry, a commit each, from many connections without HTTP, validation, hashing or encryption.
 * With pgbench where it is there, else from this process.
 * @returns statements a second
 */
export async function runBareStatement(database: BenchDatabase, connections: number, seconds: number): Promise<number> {
  await prepareKeys(database);
  const script = join(database.keysDirectory, "bare-statement.sql");
  writeFileSync(
    script,
    `\\set n random(1, ${database.people.length})\n${LOOK_UP_AND_LOG("(select subject_key from bench_key where n = :n)").replaceAll("\n", " ").trim()};\n`,
  );
  try {
    const printed = await runProgram("pgbench", [
      "-n",
      "-M",
      "prepared",
      "-c",
      String(connections),
      "-j",
      "1",
      "-T",
      String(seconds),
      "-f",
      script,
      database.ownerUrl,
    ]);
    return Number(/tps = ([\d.]+)/.exec(printed)?.[1]);
  } catch {
    return runFromHere(database, connections, seconds);
  }
}

async function prepareKeys({ ownerUrl }: BenchDatabase): Promise<void> {
  const { pool, close } = openDatabase(ownerUrl, { max: 1 });
  await pool.query(
    "create table if not exists bench_key as select row_number() over () as n, subject_key from subject_record where dataset_id = 1",
  );
  await pool.query("create unique index if not exists bench_key_n on bench_key (n)");
  await pool.query("analyze bench_key");
  await close();
}

async function runFromHere({ ownerUrl, people }: BenchDatabase, connections: number, seconds: number): Promise<number> {
  const { pool, close } = openDatabase(ownerUrl, { max: connections });
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const n = 1 + Math.floor(Math.random() * people.length);
        await pool.query({ name: "bare", text: LOOK_UP_AND_LOG("(select subject_key from bench_key where n = $1)"), values: [n] });
        done += 1;
      }
    }),
  );
  await close();
  return done / seconds;
}
