import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";
import { nextApplicationNumber } from "./application-draft.ts";

/** A letter on record, without its content. */
export interface LetterOnRecord {
  readonly attachmentId: string;
  /** Of the application that it came with; null until that is submitted. */
  readonly applicationNumber: string | null;
  readonly bytes: number;
  readonly attachedAt: Date;
}

/** A letter as it is sealed. */
export interface SealedLetter {
  readonly attachmentId: string;
  readonly sealed: Buffer;
  readonly keyId: string;
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly at: Date;
}

const COLUMNS = sql`attachment_id, draft_id, application_number, key_id, sealed, sha256, bytes, attached_at`;
const valuesOf = ({ attachmentId, sealed, keyId, sha256, bytes, at }: SealedLetter, draftId: string | null, number: string | null) =>
  sql`${attachmentId}::uuid, ${draftId}::uuid, ${number}::text, ${keyId}, ${sealed}::bytea, ${sha256}::bytea, ${bytes}::integer, ${at}::timestamptz`;

/**
 * Keeps the letter of what is being drafted. It replaces the one before, until that is on record; also under the number of an application that is
 * on its way there.
 * @param correcting the application on record that it would be a further letter of
 * @returns false when that has so many already
 */
export async function keepLetter(
  db: Kysely<Database>,
  { draftId, correcting }: { readonly draftId: string; readonly correcting: string | undefined },
  letter: SealedLetter,
  atMost: number,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    // One at a time, so that none is counted twice or left behind; and what was shown before is no longer what is drafted.
    await sql`update application_draft set saved_at = ${letter.at} where draft_id = ${draftId}`.execute(trx);
    const { rows: replaced } = await sql<{ number: string | null }>`
      delete from application_attachment where draft_id = ${draftId} and not is_letter_on_record(draft_id, application_number)
      returning application_number as number`.execute(trx);
    const { numAffectedRows } = await sql`
      insert into application_attachment (${COLUMNS}) select ${valuesOf(letter, draftId, replaced[0]?.number ?? null)}
      where (select count(*) from application_attachment where application_number = ${correcting ?? null}) < ${atMost}`.execute(trx);
    return numAffectedRows === 1n;
  });
}

/** The letter that was kept is one of this application: on record as soon as that is. */
export async function assignLetter(db: Kysely<Database>, draftId: string, applicationNumber: string): Promise<void> {
  await sql`
    update application_attachment set application_number = ${applicationNumber}
    where draft_id = ${draftId} and not is_letter_on_record(draft_id, application_number)`.execute(db);
}

/**
 * Gives the letter that was kept the number of the application that it will come with, unless it has one: what is sent twice is one application.
 * @param instead of this one, which turned out to be another's
 * @returns its number; undefined when no letter is kept, since it is on record by now
 */
export async function numberLetter(db: Kysely<Database>, draftId: string, today: string, instead?: string): Promise<string | undefined> {
  const known = await findDraftLetter(db, draftId);
  if (known === undefined) return undefined;
  if (known.applicationNumber !== null && known.applicationNumber !== instead) return known.applicationNumber;
  const number = await nextApplicationNumber(db, today);
  const { rows } = await sql<{ number: string }>`
    update application_attachment set application_number =
      case when application_number is null or application_number = ${instead ?? null} then ${number} else application_number end
    where draft_id = ${draftId} and not is_letter_on_record(draft_id, application_number) returning application_number as number`.execute(
    db,
  );
  return rows[0]?.number;
}

/** Keeps the scan of a letter on paper; one that is sent twice is kept once. @returns false when its application has so many already */
export async function keepScan(db: Kysely<Database>, applicationNumber: string, letter: SealedLetter, atMost: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('application-letter/' || ${applicationNumber}, 0))`.execute(trx);
    const { numAffectedRows } = await sql`
      insert into application_attachment (${COLUMNS}) select ${valuesOf(letter, null, applicationNumber)}
      where (select count(*) from application_attachment where application_number = ${applicationNumber}) < ${atMost}
      on conflict (attachment_id) do nothing`.execute(trx);
    if (numAffectedRows === 1n) return true;
    const { rows } = await sql`
      select from application_attachment where attachment_id = ${letter.attachmentId} and application_number = ${applicationNumber}`.execute(
      trx,
    );
    return rows.length > 0;
  });
}

const LETTER = sql`l.attachment_id as "attachmentId", l.application_number as "applicationNumber", l.bytes, l.attached_at as "attachedAt"`;

/** The letter that a draft has so far. */
export async function findDraftLetter(db: Kysely<Database>, draftId: string): Promise<LetterOnRecord | undefined> {
  const { rows } = await sql<LetterOnRecord>`
    select ${LETTER} from application_attachment l
    where l.draft_id = ${draftId} and not is_letter_on_record(l.draft_id, l.application_number)`.execute(db);
  return rows[0];
}

const OF_INTEGRATION = sql`application_attachment l
  join application a on a.application_number = l.application_number join integration i on i.integration_id = a.integration_id
  where is_letter_on_record(l.draft_id, l.application_number)`;

/** The letters that came with an integration's applications, oldest first. */
export async function listLetters(db: Kysely<Database>, integrationNumber: string): Promise<LetterOnRecord[]> {
  const { rows } = await sql<LetterOnRecord>`
    select ${LETTER} from ${OF_INTEGRATION} and i.application_number = ${integrationNumber} order by l.attached_at`.execute(db);
  return rows;
}

/** A letter of an integration's application, as it is sealed. */
export async function findLetter(
  db: Kysely<Database>,
  integrationNumber: string,
  attachmentId: string,
): Promise<Pick<SealedLetter, "sealed" | "keyId"> | undefined> {
  const { rows } = await sql<{ sealed: Buffer; keyId: string }>`
    select l.sealed, l.key_id as "keyId" from ${OF_INTEGRATION}
      and i.application_number = ${integrationNumber} and l.attachment_id = ${attachmentId}`.execute(db);
  return rows[0];
}
