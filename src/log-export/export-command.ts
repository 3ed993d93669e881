import { parseArgs } from "node:util";
import type { OpenDatabase } from "../../db/client.ts";
import { insertCommandTrail } from "../../db/queries/admin-trail.ts";
import { beginSnapshot } from "../../db/queries/log-export.ts";
import { requireWhoAndWhy } from "../domain/who-and-why.ts";
import { type Months, openDatabaseSource } from "./database-source.ts";
import { writeExportFile } from "./export-file.ts";

export const EXPORT_LOG_HELP = `Usage: node bin/export-log.ts --out FILE --as ACCOUNT --reason TEXT [--from MONTH] [--until MONTH]
Writes the query log as a ZIP that bin/verify-log checks without database and network (docs/log-format.md): entries, their columns, the tree's
tiles, signed and cosigned checkpoints. What it holds of people is encrypted; treat it like the log all the same.
  --out FILE      a new file, which only its owner may read; it has its name when it is whole
  --as, --reason  who has it written, and why: it stands on the trail
  --from MONTH    the first month, such as 2026-11, of Taiwan's time (the first there is)
  --until MONTH   the last month (the last there is)

Environment: DATABASE_URL, of a role that may read the log (else that of the platform running from DATA_DIR, with KEYS_DIR).
Exit code 0: written; 1: not, and why.`;

const TEXT = { type: "string" } as const;
const OPTIONS = { out: TEXT, as: TEXT, reason: TEXT, from: TEXT, until: TEXT } as const;
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
const PROGRESS_EVERY = 1000;

/**
 * Runs `bin/export-log`: one snapshot, one connection, no lock that an append would wait for.
 * @param tell takes a line of progress
 * @returns the sentence to end with
 */
export async function runExportLog(argv: string[], open: () => OpenDatabase, tell: (line: string) => void): Promise<string> {
  const { values } = parseArgs({ args: argv, options: OPTIONS });
  const { out } = values;
  if (out === undefined) throw new Error("Say where to write: --out FILE.");
  const months = monthsOf(values);
  const by = requireWhoAndWhy(values);
  const database = open();
  try {
    const object = months === undefined ? "log" : `log/${months.from}/${months.until}`;
    await insertCommandTrail(database.db, { action: "exportLog", object, ...by, at: Date.now() });
    const client = await database.pool.connect();
    try {
      await beginSnapshot(client);
      const source = await openDatabaseSource(client, months, new Date());
      let told = Date.now();
      const { entries, bytes, sha256 } = await writeExportFile(out, source, (written) => {
        if (Date.now() - told < PROGRESS_EVERY) return;
        told = Date.now();
        tell(`${written} of ${source.entries} entries written`);
      });
      await client.query("rollback");
      return `Wrote ${entries} entries of a log of ${source.size} to ${out}: ${bytes} bytes, SHA-256 ${sha256}.`;
    } finally {
      client.release(true);
    }
  } finally {
    await database.close();
  }
}

function monthsOf({ from, until }: { from?: string | undefined; until?: string | undefined }): Months | undefined {
  if (from === undefined && until === undefined) return undefined;
  const months = { from: from ?? "2000-01", until: until ?? "9999-12" };
  if (!MONTH.test(months.from) || !MONTH.test(months.until) || months.from > months.until)
    throw new Error("--from and --until must be months such as 2026-11, the first not after the last.");
  return months;
}
