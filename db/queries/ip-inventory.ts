import { type Kysely, sql, type Transaction } from "kysely";
import { removeAddress } from "../../src/domain/integration-rights.ts";
import type { AddressDecision, AddressFinding, AddressFlaw, InventoryTerm, WhitelistedAddress } from "../../src/domain/ip-inventory.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";
import { requireOffice } from "./appointment.ts";
import { readIntegration } from "./integration-record.ts";
import { stepOnRecord } from "./integration-unseen.ts";

/** What a whitelisted address is judged by, of `integration_address w`, `integration i` and `address_usage u`; a renewal begins no new first day. */
export const ADDRESS_COLUMNS = sql.raw(`
  i.application_number as "integrationNumber", host(w.address) as address, i.state, u.last_used_on::text as "lastUsedOn",
  (w.added_at at time zone 'Asia/Taipei')::date::text as "addedOn",
  least((select min(a.approved_from) from application a where a.integration_id = i.integration_id and a.stage in ('provisioned', 'replaced')),
    (i.approved_from at time zone 'Asia/Taipei')::date)::text as "heldFrom"`);

/** Every address on a whitelist, also of integrations that have ended. */
export async function listWhitelistedAddresses(db: Kysely<Database>): Promise<WhitelistedAddress[]> {
  const { rows } = await sql<WhitelistedAddress>`
    select ${ADDRESS_COLUMNS}
    from integration_address w join integration i using (integration_id) left join address_usage u using (integration_id, address)
    order by i.application_number, w.address`.execute(db);
  return rows;
}

/**
 * Puts a review and what it found on record; nothing when it is there already.
 * @throws RuleViolation `inventory-exists` when another one began on this day
 */
export async function insertInventory(
  trx: Transaction<Database>,
  workflowId: string,
  { inventoryNumber, usedSince, deadline }: InventoryTerm,
  openedAt: number,
  addressCount: number,
  findings: readonly AddressFinding[],
): Promise<void> {
  const { numInsertedOrUpdatedRows: inserted } = await trx
    .insertInto("ip_inventory")
    .values({
      ...{ inventory_number: inventoryNumber, workflow_id: workflowId, used_since: usedSince, address_count: addressCount },
      ...{ opened_at: new Date(openedAt), deadline_at: new Date(deadline) },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted === 0n)
    throw new RuleViolation("3(8)", "inventory-exists", "A review of addresses began today already: look at its record.");
  for (const { integrationNumber, address, flaws, lastUsedOn } of findings) {
    await sql`
      insert into ip_inventory_finding (inventory_number, integration_id, address, findings, last_used_on)
      select ${inventoryNumber}, integration_id, ${address}::inet, ${[...flaws]}::text[], ${lastUsedOn}::date
      from integration where application_number = ${integrationNumber}`.execute(trx);
  }
}

/**
 * Puts a decision on record and carries it out, once; what its integration has given up meanwhile is gone already.
 * @throws RuleViolation `address-decided` when the record has another decision; `not-in-office`
 */
export async function decideAddress(
  trx: Transaction<Database>,
  inventoryNumber: string,
  decision: AddressDecision,
  now: number,
): Promise<void> {
  const { integrationNumber, address, choice, by, reason } = decision;
  await requireOffice(trx, { ...by, takenAt: new Date(now).toISOString() });
  const { numAffectedRows } = await sql`
    update ip_inventory_finding f set outcome = ${choice === "keep" ? "kept" : "removed"}, decided_by = ${by.account}, reason = ${reason},
      decided_at = ${new Date(now)}
    from integration i where i.integration_id = f.integration_id and i.application_number = ${integrationNumber}
      and f.inventory_number = ${inventoryNumber} and f.address = ${address}::inet and f.outcome is null`.execute(trx);
  // The platform decides what nobody did; what somebody has, needs it no more.
  if (numAffectedRows === 0n && by.role !== "platform") await requireSameDecision(trx, inventoryNumber, decision, now);
  if (numAffectedRows === 0n || choice === "keep") return;
  const integration = await readIntegration(trx, integrationNumber);
  if (integration?.approval?.addresses.includes(address) !== true) return;
  await stepOnRecord(trx, integrationNumber, (known) => removeAddress(known, { by, reason, address }, now));
}

/** What is tried again is on record as it was said; whoever decides otherwise, by a review that is behind the record, is told so. */
async function requireSameDecision(
  db: Kysely<Database>,
  inventoryNumber: string,
  { integrationNumber, address, choice, by, reason }: AddressDecision,
  now: number,
): Promise<void> {
  const { rows } = await sql<{ same: boolean }>`
    select f.outcome = ${choice === "keep" ? "kept" : "removed"} and f.decided_by = ${by.account} and f.reason = ${reason}
      and f.decided_at = ${new Date(now)} as same
    from ip_inventory_finding f join integration i using (integration_id)
    where f.inventory_number = ${inventoryNumber} and i.application_number = ${integrationNumber} and f.address = ${address}::inet`.execute(
    db,
  );
  if (rows[0]?.same !== true)
    throw new RuleViolation("3(8)", "address-decided", "This address has been decided already: look at the review's record.");
}

/** When an address was first let in; undefined: none ever was. */
export async function findFirstProvision(db: Kysely<Database>): Promise<Date | undefined> {
  const { rows } = await sql<{ first: Date | null }>`select min(taken_at) as first from integration_step where step = 'provision'`.execute(
    db,
  );
  return rows[0]?.first ?? undefined;
}

export async function closeInventory(trx: Transaction<Database>, inventoryNumber: string, now: number): Promise<void> {
  await trx
    .updateTable("ip_inventory")
    .set({ closed_at: new Date(now) })
    .where("inventory_number", "=", inventoryNumber)
    .where("closed_at", "is", null)
    .execute();
}

/** What became of one found address. */
export interface FindingOnRecord {
  readonly integrationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
  readonly address: string;
  readonly flaws: readonly AddressFlaw[];
  /** ISO 8601; null when it never was used. */
  readonly lastUsedOn: string | null;
  /** These four are null while it waits. */
  readonly outcome: "kept" | "removed" | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: Date | null;
}

/** A review as the records have it. */
export interface InventoryOnRecord {
  readonly inventoryNumber: string;
  readonly workflowId: string;
  readonly usedSince: string;
  /** How many addresses were on the whitelist. */
  readonly addressCount: number;
  readonly openedAt: Date;
  readonly deadlineAt: Date;
  readonly closedAt: Date | null;
}

/** Every review, newest first. */
export async function listInventories(db: Kysely<Database>): Promise<InventoryOnRecord[]> {
  const { rows } = await sql<InventoryOnRecord>`
    select inventory_number as "inventoryNumber", workflow_id as "workflowId", used_since::text as "usedSince", address_count as "addressCount",
      opened_at as "openedAt", deadline_at as "deadlineAt", closed_at as "closedAt"
    from ip_inventory order by opened_at desc`.execute(db);
  return rows;
}

/** What a review found, by integration and address. */
export async function listFindings(db: Kysely<Database>, inventoryNumber: string): Promise<FindingOnRecord[]> {
  const { rows } = await sql<FindingOnRecord>`
    select i.application_number as "integrationNumber", a.agency_name as "agencyName", i.system_name as "systemName",
      host(f.address) as address, f.findings as flaws, f.last_used_on::text as "lastUsedOn",
      f.outcome, f.decided_by as "decidedBy", f.reason, f.decided_at as "decidedAt"
    from ip_inventory_finding f join integration i using (integration_id) join agency a using (agency_id)
    where f.inventory_number = ${inventoryNumber} order by i.application_number, f.address`.execute(db);
  return rows;
}
