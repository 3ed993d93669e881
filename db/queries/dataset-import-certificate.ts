import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";

/** Proof that something was destroyed. */
export interface DestructionCertificate {
  readonly certificateId: string;
  /** What was destroyed, so that it is certified once: its kind and id. */
  readonly objectKey: string;
  readonly importId: string | null;
  readonly destroyedObject: "delivery-file" | "delivery-key" | "generation";
  /** What, how, and what that does and doesn't prove. */
  readonly particulars: object;
  readonly destroyedAt: Date;
  readonly destroyedBy: string;
}

/** Puts a certificate on record; of the same object only the first. */
export async function recordCertificate(db: Kysely<Database>, certificate: DestructionCertificate): Promise<void> {
  await db
    .insertInto("destruction_certificate")
    .values({
      certificate_id: certificate.certificateId,
      object_key: certificate.objectKey,
      import_id: certificate.importId,
      destroyed_object: certificate.destroyedObject,
      particulars: JSON.stringify(certificate.particulars),
      destroyed_at: certificate.destroyedAt,
      destroyed_by: certificate.destroyedBy,
    })
    .onConflict((conflict) => conflict.column("object_key").doNothing())
    .execute();
}

const CERTIFICATE = sql<DestructionCertificate>`
  select certificate_id as "certificateId", object_key as "objectKey", import_id as "importId", destroyed_object as "destroyedObject", particulars,
    destroyed_at as "destroyedAt", destroyed_by as "destroyedBy" from destruction_certificate`;

/** The certificates of an import: its file, its key, and the generation it made once that is dropped. */
export async function listCertificates(db: Kysely<Database>, importId: string): Promise<DestructionCertificate[]> {
  return (await sql<DestructionCertificate>`${CERTIFICATE} where import_id = ${importId} order by destroyed_at, object_key`.execute(db))
    .rows;
}

/** @param certificateId a UUID */
export async function findCertificate(db: Kysely<Database>, certificateId: string): Promise<DestructionCertificate | undefined> {
  return (await sql<DestructionCertificate>`${CERTIFICATE} where certificate_id = ${certificateId}`.execute(db)).rows[0];
}
