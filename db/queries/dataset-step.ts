import { type Kysely, sql } from "kysely";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";

/** What people do about datasets is the dedicated officer's. @throws RuleViolation `not-in-office` @clause 3(1) */
export function requireDedicatedOfficer(db: Kysely<Database>, account: string, at: Date): Promise<void> {
  return requireOffice(db, { account, role: "dedicatedOfficer", takenAt: at.toISOString() });
}

/** Something that a person did about a dataset, or decided about an import. */
export interface DatasetStep {
  /** What makes it unique: a second record of the same step is left out. */
  readonly key: string;
  readonly datasetId?: number;
  readonly importId?: string;
  readonly step: "supplier-key-trusted" | "supplier-key-distrusted" | "delivery-key-issued" | "delivery-key-revoked" | "quarantine-decided";
  readonly actor: string;
  readonly particulars: object;
  readonly takenAt: Date;
}

/** A step that has been recorded under this key. */
export async function findDatasetStep(db: Kysely<Database>, key: string): Promise<Pick<DatasetStep, "particulars"> | undefined> {
  const { rows } = await sql<{ particulars: object }>`select particulars from dataset_step where step_key = ${key}`.execute(db);
  return rows[0];
}

/** The key of the last step that gave a unit's key trust or took it away. */
export async function newestTrustStep(db: Kysely<Database>, ownerUnit: string, fingerprint: string): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    select step_key as key from dataset_step where step in ('supplier-key-trusted', 'supplier-key-distrusted')
      and particulars->>'ownerUnit' = ${ownerUnit} and particulars->>'fingerprint' = ${fingerprint} order by step_id desc limit 1`.execute(
    db,
  );
  return rows[0]?.key;
}

/** Puts a step on record, once. @throws RuleViolation `not-in-office` when the actor was not the dedicated officer then @clause 3(1) */
export async function recordDatasetStep(db: Kysely<Database>, step: DatasetStep): Promise<void> {
  if ((await findDatasetStep(db, step.key)) !== undefined) return;
  await requireDedicatedOfficer(db, step.actor, step.takenAt);
  await db
    .insertInto("dataset_step")
    .values({
      step_key: step.key,
      dataset_id: step.datasetId ?? null,
      import_id: step.importId ?? null,
      step: step.step,
      actor: step.actor,
      particulars: JSON.stringify(step.particulars),
      taken_at: step.takenAt,
    })
    .onConflict((conflict) => conflict.column("step_key").doNothing())
    .execute();
}
