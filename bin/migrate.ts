import { migrate } from "../db/migrate.ts";
import { rolePasswords } from "../src/adapters/role-password.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { taipeiDate } from "../src/domain/roc-date.ts";

const HELP = `Usage: node bin/migrate.ts
Brings the database at DATABASE_URL (the owner's) to this version's schema and sets the passwords of its roles from
KEYS_DIR/database-<api, worker, console, log-reader, appointer>.password, which it makes when they are missing.`;

await runCommand(HELP, async () => {
  const { databaseUrl, keysDirectory } = readEnvironment();
  if (databaseUrl === undefined) throw new Error("DATABASE_URL is missing: give the URL of the database's owner.");
  const applied = await migrate(databaseUrl, rolePasswords(keysDirectory), taipeiDate(Date.now()));
  return applied.length === 0 ? "The schema is up to date." : `Applied ${applied.length} migrations: ${applied.join(", ")}.`;
});
