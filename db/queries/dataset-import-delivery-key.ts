import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../tables/database.ts";

/** A key made for one delivery; its private half is a file, and dies with the delivery. */
export interface DeliveryKey {
  readonly fingerprint: string;
  /** Armored. */
  readonly publicKey: string;
  readonly datasetCode: string;
  readonly issuedBy: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** Whether its private half was there when its destruction began; null as long as nobody has found it then. */
  readonly privateHalfFound: boolean | null;
  readonly destroyedAt: Date | null;
}

export async function recordDeliveryKey(
  db: Kysely<Database>,
  key: { fingerprint: string; datasetId: number; publicKey: string; issuedBy: string; issuedAt: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto("delivery_key")
    .values({
      fingerprint: key.fingerprint,
      dataset_id: key.datasetId,
      public_key: key.publicKey,
      issued_by: key.issuedBy,
      issued_at: key.issuedAt,
      expires_at: key.expiresAt,
      private_half_found: null,
      destroyed_at: null,
    })
    .execute();
}

const DELIVERY_KEY = sql<DeliveryKey>`
  select k.fingerprint, k.public_key as "publicKey", d.dataset_code as "datasetCode", k.issued_by as "issuedBy", k.issued_at as "issuedAt", k.expires_at as "expiresAt",
    k.private_half_found as "privateHalfFound", k.destroyed_at as "destroyedAt" from delivery_key k join dataset d using (dataset_id)`;

/** One at a time changes the key folder, whichever worker it works in; until the transaction ends. */
export async function lockKeyFolder(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('dataset-keys'))`.execute(trx);
}

/** All delivery keys, the latest first. */
export async function listDeliveryKeys(db: Kysely<Database>): Promise<DeliveryKey[]> {
  return (await sql<DeliveryKey>`${DELIVERY_KEY} order by k.issued_at desc, k.fingerprint`.execute(db)).rows;
}

export async function findDeliveryKey(db: Kysely<Database>, fingerprint: string): Promise<DeliveryKey | undefined> {
  return (await sql<DeliveryKey>`${DELIVERY_KEY} where k.fingerprint = ${fingerprint}`.execute(db)).rows[0];
}

/** Delivery keys whose time had passed at a moment and whose private half still exists; not those of files that wait, which may be tried again. */
export async function listExpiredDeliveryKeys(db: Kysely<Database>, expiredBy: Date): Promise<DeliveryKey[]> {
  return (
    await sql<DeliveryKey>`${DELIVERY_KEY} where k.destroyed_at is null and k.expires_at <= ${expiredBy}
    and not exists (select from dataset_import i where i.recipient_fingerprint = k.fingerprint and i.finished_at is null)`.execute(db)
  ).rows;
}

/** How many of these imports have had their file tried with the keys, which comes after what is rejected under three of the codes. */
export async function countTried(db: Kysely<Database>, importIds: readonly string[]): Promise<number> {
  const { rows } = await sql`
    select from dataset_import where import_id = any(${importIds}::uuid[])
      and (recipient_fingerprint is not null or rejection_code not in ('not-in-office', 'manifest-malformed', 'unreadable'))`.execute(db);
  return rows.length;
}

/** Says that the private half is there and is about to be destroyed: afterwards nobody can tell. */
export async function recordDeliveryKeyFound(db: Kysely<Database>, fingerprint: string): Promise<void> {
  await sql`update delivery_key set private_half_found = true where fingerprint = ${fingerprint}`.execute(db);
}

/** Says that the private half is gone. */
export async function recordDeliveryKeyDestroyed(db: Kysely<Database>, fingerprint: string, destroyedAt: Date): Promise<void> {
  await sql`update delivery_key set destroyed_at = coalesce(destroyed_at, ${destroyedAt}) where fingerprint = ${fingerprint}`.execute(db);
}
