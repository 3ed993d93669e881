import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";
import type { DeliveryKey } from "./dataset-import-delivery-key.ts";
import type { DatasetStep } from "./dataset-step.ts";

/** A delivery key, with the proof that its private half is gone. */
export interface DeliveryKeyOnRecord extends Omit<DeliveryKey, "publicKey" | "datasetCode"> {
  readonly certificateId: string | null;
}

/** The delivery keys of a dataset, the latest first. */
export async function listDeliveryKeysOf(db: Kysely<Database>, datasetId: number, limit: number): Promise<DeliveryKeyOnRecord[]> {
  const { rows } = await sql<DeliveryKeyOnRecord>`
    select k.fingerprint, k.issued_by as "issuedBy", k.issued_at as "issuedAt", k.expires_at as "expiresAt", k.destroyed_at as "destroyedAt",
      c.certificate_id as "certificateId"
    from delivery_key k left join destruction_certificate c on c.object_key = 'delivery-key/' || k.fingerprint
    where k.dataset_id = ${datasetId} order by k.issued_at desc, k.fingerprint limit ${limit}`.execute(db);
  return rows;
}

/** The delivery keys that the next files may come under: of each dataset those that live, the latest first. */
export async function listLivingDeliveryKeys(
  db: Kysely<Database>,
  now: Date,
): Promise<(Pick<DeliveryKey, "fingerprint" | "expiresAt"> & { readonly datasetId: number })[]> {
  const { rows } = await sql<{ fingerprint: string; expiresAt: Date; datasetId: number }>`
    select fingerprint, expires_at as "expiresAt", dataset_id as "datasetId" from delivery_key
    where destroyed_at is null and expires_at > ${now} order by issued_at desc, fingerprint`.execute(db);
  return rows;
}

/** What somebody did with the keys of a dataset. */
export interface KeyStep {
  readonly step: Exclude<DatasetStep["step"], "quarantine-decided">;
  readonly actor: string;
  readonly takenAt: Date;
  readonly fingerprint: string;
  readonly reason: string | null;
}

/** What was done with the delivery keys of a dataset and with the keys of the unit that owns it, the latest first. */
export async function listKeySteps(
  db: Kysely<Database>,
  { datasetId, ownerUnit }: { readonly datasetId: number; readonly ownerUnit: string },
): Promise<KeyStep[]> {
  const { rows } = await sql<KeyStep>`
    select s.step, s.actor, s.taken_at as "takenAt", s.particulars->>'fingerprint' as fingerprint, s.particulars->>'reason' as reason
    from dataset_step s left join delivery_key k on k.fingerprint = s.particulars->>'fingerprint'
    where s.step <> 'quarantine-decided' and (s.particulars->>'ownerUnit' = ${ownerUnit} or coalesce(s.dataset_id, k.dataset_id) = ${datasetId})
    order by s.taken_at desc, s.step_id desc`.execute(db);
  return rows;
}
