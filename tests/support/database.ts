import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { inject } from "vitest";
import { openDatabase } from "../../db/client.ts";
import type { RecordsRole } from "../../src/adapters/role-password.ts";
import { ROLE_PASSWORDS } from "./migrated.ts";

/** A database of its own for one test file, migrated, on the run's one server. */
export interface TestDatabase {
  /** Superuser: for seeding, and for looking behind the roles. */
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
  readonly consoleUrl: string;
  readonly logReaderUrl: string;
  readonly appointerUrl: string;
  drop(): Promise<void>;
}

/** Copies the migrated template; takes about 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, `create database ${name} template template_platform`);
  const ownerUrl = serverUrl.replace(/\/postgres$/, `/${name}`);
  const urlOf = (role: RecordsRole) => ownerUrl.replace(/\/\/[^@]*@/, `//${role}:${ROLE_PASSWORDS[role]}@`);
  return {
    ownerUrl,
    apiUrl: urlOf("platform_api"),
    workerUrl: urlOf("platform_worker"),
    consoleUrl: urlOf("platform_console"),
    logReaderUrl: urlOf("platform_log_reader"),
    appointerUrl: urlOf("platform_appointer"),
    drop: () => onServer(serverUrl, `drop database ${name} with (force)`),
  };
}

/** Has a database's records go by another time than the server's, as those that work with it do. @param moment epoch milliseconds */
export async function setRecordsClock(owner: Pool, moment: number): Promise<void> {
  await owner.query(
    `create or replace function records_clock() returns timestamptz language sql stable set search_path = pg_catalog, public, pg_temp
      as 'select timestamptz ''${new Date(moment).toISOString()}'''`,
  );
}

async function onServer(url: string, statement: string): Promise<void> {
  const { pool, close } = openDatabase(url, { max: 1 });
  try {
    await pool.query(statement);
  } finally {
    await close();
  }
}
