import { migrate } from "../../db/migrate.ts";
import type { RecordsRole } from "../../src/adapters/role-password.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";

/** What the roles log in with at databases of tests and of the bench. */
export const ROLE_PASSWORDS: Readonly<Record<RecordsRole, string>> = {
  platform_api: "api",
  platform_worker: "worker",
  platform_console: "console",
  platform_log_reader: "log-reader",
  platform_appointer: "appointer",
};

/** Gives an empty database the platform's tables and roles. */
export async function migrateForTests(ownerUrl: string): Promise<void> {
  await migrate(ownerUrl, ROLE_PASSWORDS, taipeiDate(Date.now()));
}
