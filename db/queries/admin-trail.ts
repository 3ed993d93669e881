import type { Kysely } from "kysely";
import type { Database } from "../tables/database.ts";

/** What somebody did, or tried to do. */
export interface TrailEntry {
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Undefined: nobody that the platform knows. */
  readonly account: string | undefined;
  readonly duty: string | undefined;
  readonly action: string;
  /** On what: `integration/114-0001`; empty where the action says it all. */
  readonly object: string;
  readonly address: string | undefined;
  /** `done`, or the code of the rule that stood against it. */
  readonly outcome: string;
  /** Why, where no other record says so. */
  readonly reason?: string | undefined;
}

/** Adds to the trail; nobody can take anything away from it. */
export async function insertTrailEntry(db: Kysely<Database>, entry: TrailEntry): Promise<void> {
  await db
    .insertInto("admin_trail")
    .values({
      taken_at: new Date(entry.takenAt),
      account: entry.account ?? null,
      duty: entry.duty ?? null,
      action: entry.action,
      object: entry.object,
      address: entry.address ?? null,
      outcome: entry.outcome,
      reason: entry.reason ?? null,
    })
    .execute();
}

/** Adds what somebody had a command do, or would have had it do. @param at epoch milliseconds @param outcome as of a `TrailEntry` */
export function insertCommandTrail(
  db: Kysely<Database>,
  {
    at,
    outcome = "done",
    ...entry
  }: {
    readonly outcome?: string;
    readonly action: string;
    readonly object: string;
    readonly account: string;
    readonly reason: string;
    readonly at: number;
  },
): Promise<void> {
  return insertTrailEntry(db, { ...entry, takenAt: at, duty: undefined, address: undefined, outcome });
}

/** Which part of the trail to show. */
export interface TrailFilter {
  readonly account?: string | undefined;
  readonly action?: string | undefined;
  /** Only what is older than this entry. */
  readonly before?: string | undefined;
}

/** The trail, the newest first. */
export async function listTrail(
  db: Kysely<Database>,
  { account, action, before }: TrailFilter,
  limit: number,
): Promise<(TrailEntry & { readonly trailId: string })[]> {
  const rows = await db
    .selectFrom("admin_trail")
    .selectAll()
    .$if(account !== undefined, (query) => query.where("account", "=", account ?? ""))
    .$if(action !== undefined, (query) => query.where("action", "=", action ?? ""))
    .$if(before !== undefined, (query) => query.where("trail_id", "<", before ?? ""))
    .orderBy("trail_id", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    trailId: row.trail_id,
    takenAt: row.taken_at.getTime(),
    account: row.account ?? undefined,
    duty: row.duty ?? undefined,
    action: row.action,
    object: row.object,
    address: row.address ?? undefined,
    outcome: row.outcome,
    reason: row.reason ?? undefined,
  }));
}
