import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The password of a process's database role, from its file in the key folder; made when there is none. */
export function rolePassword(keysDirectory: string, role: "api" | "worker"): string {
  const file = join(keysDirectory, `database-${role}.password`);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}
