import { Client, DatabaseError } from "pg";

/** A database that must not be migrated; the message is one sentence that says what to do. */
export class UnusableDatabase extends Error {
  override name = "UnusableDatabase";
}

const CONNECT_LIMIT = 10_000;
const FORM = "postgres://user:password@host:5432/database";

/**
 * Asks a database whether it has ever been migrated.
 * @param url DATABASE_URL, of its owner
 * @throws UnusableDatabase one sentence, without the password, that says what to do when it can't be reached, or holds others' tables
 */
export async function isMigrated(url: string): Promise<boolean> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw new UnusableDatabase(`DATABASE_URL must look like ${FORM}.`);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT });
  // A connection that breaks later is none of ours.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(`
      select to_regclass('public.kysely_migration') is not null as migrated, exists (select from pg_tables where schemaname = 'public') as used`);
    const [{ migrated, used }] = rows;
    if (used && !migrated)
      throw new UnusableDatabase("The database holds tables that are not the platform's: give DATABASE_URL an empty database of its own.");
    return migrated;
  } catch (error) {
    throw error instanceof UnusableDatabase ? error : new UnusableDatabase(sentenceOf(error, new URL(url)));
  } finally {
    await client.end().catch(() => undefined);
  }
}

function sentenceOf(error: unknown, { host, username, pathname }: URL): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "28P01":
    case "28000":
      return `The database server at ${host} refuses the user ${username}: correct the name or the password in DATABASE_URL.`;
    case "3D000":
      return `There is no database ${pathname.slice(1)} at ${host}: create it, or correct DATABASE_URL.`;
    case "57P03":
      return `The database server at ${host} is still starting or stopping: try again in a moment.`;
    default:
      if (error instanceof DatabaseError) return `The database server at ${host} refuses: ${error.message}.`;
      return `No database server answers at ${host}: start it, or correct DATABASE_URL (${FORM}).`;
  }
}
