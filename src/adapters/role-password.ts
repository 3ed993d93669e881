import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeyMissing, readSecretFile } from "./secret-file.ts";

/** Roles of the records that processes and commands log in with, and whose password file that is. */
const HOLDER_OF = {
  platform_api: "api",
  platform_worker: "worker",
  platform_console: "console",
  platform_log_reader: "log-reader",
  platform_appointer: "appointer",
} as const;

/** A role of the records. */
export type RecordsRole = keyof typeof HOLDER_OF;

/** Whose password: a role's, the records' owner's, or that of Temporal's own database. */
type PasswordHolder = (typeof HOLDER_OF)[RecordsRole] | "owner" | "temporal";

/** The passwords of all roles, by role; those that are missing are made. @throws KeyMissing as `rolePassword` */
export function rolePasswords(directory: string): Record<RecordsRole, string> {
  const entries = Object.entries(HOLDER_OF).map(([role, holder]) => [role, makePassword(directory, holder)]);
  return Object.fromEntries(entries);
}

/** Makes the passwords of all who open a database. */
export function makePasswords(directory: string): void {
  for (const holder of [...Object.values(HOLDER_OF), "owner", "temporal"] as const) makePassword(directory, holder);
}

/** @returns the password, made when there was none */
function makePassword(directory: string, holder: PasswordHolder): string {
  const file = fileOf(directory, holder);
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  return readPassword(file);
}

function fileOf(directory: string, holder: PasswordHolder): string {
  return join(directory, `database-${holder}.password`);
}

/** A role's password from its file `database-<holder>.password`. @throws KeyMissing when it is missing, open to others, or empty */
export function rolePassword(directory: string, role: RecordsRole): string {
  const file = fileOf(directory, HOLDER_OF[role]);
  if (!existsSync(file)) throw new KeyMissing(`There is no ${file}: set KEYS_DIR to the key folder of the platform that runs.`);
  return readPassword(file);
}

function readPassword(file: string): string {
  const password = readSecretFile(file);
  if (password === "") throw new KeyMissing(`The password file ${file} is empty: delete it, and the next start makes another.`);
  return password;
}
