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

/** A letter on record, without its content. */
export interface LetterOnRecord {
  readonly attachmentId: string;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly attachedAt: Date;
}

interface NewDraft extends Pick<DraftOnRecord, "draftId" | "account" | "sealed" | "keyId"> {
  readonly tokenHash: Buffer;
  readonly at: Date;
}

/** Writes a new draft. @param atMost drafts that were not submitted @returns false when there are so many already */
export async function insertDraft(db: Kysely<Database>, { draftId, tokenHash, account, sealed, keyId, at }: NewDraft, atMost: number) {
  const { numAffectedRows } = await sql`
    insert into application_draft (draft_id, token_hash, account, key_id, sealed, begun_at, saved_at)
    select ${draftId}, ${tokenHash}, ${account}, ${keyId}, ${sealed}, ${at}, ${at}
    where (select count(*) from application_draft d where not is_submitted(d.draft_id)) < ${atMost}`.execute(db);
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

interface NewLetter {
  readonly attachmentId: string;
  readonly sealed: Buffer;
  readonly keyId: string;
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly at: Date;
}

/**
 * Keeps a letter. Before the application is submitted it replaces the one before; after that each stays.
 * @returns false when there are so many already
 */
export async function keepLetter(db: Kysely<Database>, draftId: string, letter: NewLetter, atMost: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    // One at a time, so that none is counted twice or left behind.
    await sql`select from application_draft where draft_id = ${draftId} for no key update`.execute(trx);
    await sql`delete from application_attachment where draft_id = ${draftId} and not is_submitted(draft_id)`.execute(trx);
    const { numAffectedRows } = await sql`
      insert into application_attachment (attachment_id, draft_id, key_id, sealed, sha256, bytes, attached_at)
      select ${letter.attachmentId}, ${draftId}, ${letter.keyId}, ${letter.sealed}, ${letter.sha256}, ${letter.bytes}, ${letter.at}
      where (select count(*) from application_attachment where draft_id = ${draftId}) < ${atMost}`.execute(trx);
    return numAffectedRows === 1n;
  });
}

const LETTER = sql`l.attachment_id as "attachmentId", l.bytes, l.sha256, l.attached_at as "attachedAt"`;

/** The letters of a draft, oldest first. */
export async function listDraftLetters(db: Kysely<Database>, draftId: string): Promise<LetterOnRecord[]> {
  const { rows } = await sql<LetterOnRecord>`
    select ${LETTER} from application_attachment l where l.draft_id = ${draftId} order by l.attached_at`.execute(db);
  return rows;
}

/** The letters that came with an integration's application by the public form, oldest first. */
export async function listLetters(db: Kysely<Database>, integrationNumber: string): Promise<LetterOnRecord[]> {
  const { rows } = await sql<LetterOnRecord>`
    select ${LETTER} from application_attachment l join application_draft d using (draft_id)
    where d.application_number = ${integrationNumber} and is_submitted(d.draft_id) order by l.attached_at`.execute(db);
  return rows;
}

/** A letter of an integration's application, as it is sealed. */
export async function findLetter(
  db: Kysely<Database>,
  integrationNumber: string,
  attachmentId: string,
): Promise<{ readonly sealed: Buffer; readonly keyId: string } | undefined> {
  const { rows } = await sql<{ sealed: Buffer; keyId: string }>`
    select l.sealed, l.key_id as "keyId" from application_attachment l join application_draft d using (draft_id)
    where d.application_number = ${integrationNumber} and l.attachment_id = ${attachmentId} and is_submitted(d.draft_id)`.execute(db);
  return rows[0];
}

/** Destroys drafts, with their letters, that were never submitted and not saved since a moment. @returns how many */
export async function deleteDraftsBefore(db: Kysely<Database>, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from application_draft where saved_at < ${before} and not is_submitted(draft_id)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
