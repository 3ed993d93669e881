import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { openDatabase } from "../../db/client.ts";

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
  const urlOf = (role: string, password: string) => ownerUrl.replace(/\/\/[^@]*@/, `//${role}:${password}@`);
  return {
    ownerUrl,
    apiUrl: urlOf("platform_api", "api"),
    workerUrl: urlOf("platform_worker", "worker"),
    consoleUrl: urlOf("platform_console", "console"),
    logReaderUrl: urlOf("platform_log_reader", "log-reader"),
    appointerUrl: urlOf("platform_appointer", "appointer"),
    drop: () => onServer(serverUrl, `drop database ${name} with (force)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const { pool, close } = openDatabase(url, { max: 1 });
  try {
    await pool.query(statement);
  } finally {
    await close();
  }
}
