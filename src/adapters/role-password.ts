import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeyMissing, readSecretFile } from "./secret-file.ts";

/** Whose password: a process' role, the records' owner, or Temporal's own database. */
export type PasswordHolder = "api" | "worker" | "owner" | "temporal";

/** A database password from its file `database-<holder>.password`; made when there is none. @throws KeyMissing when it is open to others, or empty */
export function rolePassword(directory: string, holder: PasswordHolder): string {
  const file = join(directory, `database-${holder}.password`);
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  const password = readSecretFile(file);
  if (password === "") throw new KeyMissing(`The password file ${file} is empty: delete it, and the next start makes another.`);
  return password;
}
