import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** A draft on record, or what became of it. */
export interface DraftOnRecord {
  readonly draftId: string;
  /** In whose name it is submitted. */
  readonly account: string;
  readonly sealed: Buffer;
  readonly keyId: string;
  /** Reserved at the first attempt to submit. */
  readonly applicationNumber: string | null;
  readonly savedAt: Date;
  /** Whether it is an application on record. */
  readonly submitted: boolean;
}

interface NewDraft extends Pick<DraftOnRecord, "draftId" | "account" | "sealed" | "keyId"> {
  readonly tokenHash: Buffer;
  readonly at: Date;
}

/**
 * Writes a new draft.
 * @param atMost drafts that were not submitted; those that nobody has typed into since a moment make room
 * @returns false when there are so many already
 */
export async function insertDraft(
  db: Kysely<Database>,
  { draftId, tokenHash, account, sealed, keyId, at }: NewDraft,
  atMost: number,
  untouchedSince: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into application_draft (draft_id, token_hash, account, key_id, sealed, begun_at, saved_at)
    select ${draftId}, ${tokenHash}, ${account}, ${keyId}, ${sealed}, ${at}, ${at}
    where (select count(*) from application_draft d
      where not is_submitted(d.draft_id) and (d.saved_at > d.begun_at or d.begun_at > ${untouchedSince})) < ${atMost}`.execute(db);
  return numAffectedRows === 1n;
}

/** @param tokenHash of the private link's token */
export async function findDraft(db: Kysely<Database>, tokenHash: Buffer): Promise<DraftOnRecord | undefined> {
  const { rows } = await sql<DraftOnRecord>`
    select draft_id as "draftId", account, sealed, key_id as "keyId", application_number as "applicationNumber", saved_at as "savedAt",
      is_submitted(draft_id) as submitted
    from application_draft where token_hash = ${tokenHash}`.execute(db);
  return rows[0];
}

export async function updateDraft(
  db: Kysely<Database>,
  draftId: string,
  { sealed, keyId, at }: { sealed: Buffer; keyId: string; at: Date },
): Promise<void> {
  await sql`update application_draft set sealed = ${sealed}, key_id = ${keyId}, saved_at = ${at} where draft_id = ${draftId}`.execute(db);
}

/** The next application number of a year of the Republic: 115-介-00017. */
export async function nextApplicationNumber(db: Kysely<Database>, today: string): Promise<string> {
  const { rows } = await sql<{ next: string }>`select nextval('application_number_sequence')::text as next`.execute(db);
  return `${Number(today.slice(0, 4)) - 1911}-介-${rows[0]?.next.padStart(5, "0")}`;
}

/**
 * The number of what a form on paper enters, the same however often the form is sent.
 * @param instead of this one, which turned out to be another's
 */
export async function numberOfForm(db: Kysely<Database>, requestId: string, today: string, at: Date, instead?: string): Promise<string> {
  return db.transaction().execute(async (trx) => {
    // One at a time: of two clicks one draws a number.
    await sql`select pg_advisory_xact_lock(hashtextextended('paper-application/' || ${requestId}, 0))`.execute(trx);
    const { rows } = await sql<{ number: string }>`
      select application_number as number from paper_application_number where request_id = ${requestId}`.execute(trx);
    const present = rows[0]?.number;
    if (present !== undefined && present !== instead) return present;
    const number = await nextApplicationNumber(trx, today);
    await sql`
      insert into paper_application_number values (${requestId}, ${number}, ${at})
      on conflict (request_id) do update set application_number = excluded.application_number`.execute(trx);
    return number;
  });
}

/** Gives a draft its number, unless it has one; @param instead of this one, which turned out to be another's @returns its number */
export async function reserveNumber(db: Kysely<Database>, draftId: string, today: string, instead?: string): Promise<string> {
  // A number is drawn only where one is needed: those of a year are to have no gaps that nobody can explain.
  const known = await sql<{ number: string | null }>`
    select application_number as number from application_draft where draft_id = ${draftId}`.execute(db);
  const present = known.rows[0]?.number;
  if (present != null && present !== instead) return present;
  const number = await nextApplicationNumber(db, today);
  const { rows } = await sql<{ number: string }>`
    update application_draft set application_number =
      case when application_number is null or application_number = ${instead ?? null} then ${number} else application_number end
    where draft_id = ${draftId} returning application_number as number`.execute(db);
  return rows[0]?.number ?? number;
}

/**
 * How many applications by private links wait for the case officer, or came within the last day. Those of agencies that have rights don't count:
 * they are known, and have one under way at a time.
 */
export async function countStrangers(db: Kysely<Database>, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from application a join integration i using (application_number)
    where a.submitted_by like 'agency.%' and (i.state = 'submitted' or a.submitted_at > ${now}::timestamptz - interval '1 day')`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** How many applications an account put on record within the last day, whatever became of them. */
export async function countOfOne(db: Kysely<Database>, account: string, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from application
    where submitted_by = ${account} and submitted_at > ${now}::timestamptz - interval '1 day'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Destroys drafts and letters that were never submitted and not saved since a moment, or never typed into since another. @returns how many drafts */
export async function deleteDraftsBefore(db: Kysely<Database>, before: Date, untouchedSince: Date): Promise<number> {
  await sql`
    delete from application_attachment where not is_letter_on_record(draft_id, application_number)
      and draft_id in (select draft_id from application_draft where saved_at < ${before})`.execute(db);
  const { numAffectedRows } = await sql`
    delete from application_draft
    where (saved_at < ${before} or (saved_at = begun_at and begun_at < ${untouchedSince})) and not is_submitted(draft_id)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
