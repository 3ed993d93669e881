import { type Kysely, sql, type Transaction } from "kysely";
import { type Appointment, isDuty } from "../../src/domain/appointment.ts";
import type { Office } from "../../src/domain/notice-mail.ts";
import { RuleViolation } from "../../src/domain/rule-violation.ts";
import type { Database } from "../tables/database.ts";

/** An appointment as it is on record. */
export interface AppointmentOnRecord extends Appointment {
  readonly appointmentId: number;
  readonly appointedBy: string;
  readonly reason: string;
  readonly endedBy: string | undefined;
  readonly endReason: string | undefined;
}

/** Every appointment, and where its mail goes. */
export async function listOffices(db: Kysely<Database>): Promise<Office[]> {
  const rows = await db.selectFrom("appointment").selectAll().execute();
  return rows.map(({ account, duty, valid_from, valid_until, mail_address }) => ({
    ...{ account, duty, from: valid_from.getTime(), until: valid_until?.getTime(), mailAddress: mail_address ?? undefined },
  }));
}

/** Every appointment, or an account's, the newest first; ended ones too. */
export async function listAppointments(db: Kysely<Database>, account?: string): Promise<AppointmentOnRecord[]> {
  const rows = await db
    .selectFrom("appointment")
    .selectAll()
    .$if(account !== undefined, (query) => query.where("account", "=", account ?? ""))
    .orderBy("valid_from", "desc")
    .orderBy("appointment_id", "desc")
    .execute();
  return rows.map((row) => ({
    appointmentId: row.appointment_id,
    account: row.account,
    duty: row.duty,
    from: row.valid_from.getTime(),
    until: row.valid_until?.getTime(),
    appointedBy: row.appointed_by,
    reason: row.reason,
    endedBy: row.ended_by ?? undefined,
    endReason: row.end_reason ?? undefined,
  }));
}

/**
 * Whoever reaches the processes can name any account: the records ask whether it held the office when the step was taken. Applicants, systems and
 * the platform itself hold none.
 * @param takenAt ISO 8601
 * @throws RuleViolation `not-in-office`
 * @clause 3(1)
 */
export async function requireOffice(
  db: Kysely<Database>,
  { account, role, takenAt }: { readonly account: string; readonly role: string; readonly takenAt: string },
): Promise<void> {
  if (!isDuty(role)) return;
  const at = new Date(takenAt);
  const held = await db
    .selectFrom("appointment")
    .select("appointment_id")
    .where("account", "=", account)
    .where("duty", "=", role)
    .where("valid_from", "<=", at)
    .where((either) => either.or([either("valid_until", "is", null), either("valid_until", ">", at)]))
    .limit(1)
    .executeTakeFirst();
  if (held === undefined)
    throw new RuleViolation("3(1)", "not-in-office", "The account doesn't hold this office: name one that does, or appoint it first.");
}

/** Until the transaction ends nobody else appoints: the rules look at every appointment there is. */
export async function lockAppointments(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('appointment'))`.execute(trx);
}

/** Writes an appointment, and its account when it is the first. @clause 3(2) */
export async function insertAppointment(
  trx: Transaction<Database>,
  { account, duty, from, until, mailAddress }: Appointment & Partial<Pick<Office, "mailAddress">>,
  by: { account: string; reason: string; at: number },
): Promise<void> {
  await trx
    .insertInto("account")
    .values({ account })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto("appointment")
    .values({
      account,
      duty,
      valid_from: new Date(from),
      valid_until: until === undefined ? null : new Date(until),
      appointed_by: by.account,
      appointed_at: new Date(by.at),
      reason: by.reason,
      mail_address: mailAddress ?? null,
    })
    .execute();
}

/** Writes an appointment's end. */
export async function updateAppointmentEnd(
  trx: Transaction<Database>,
  appointmentId: number,
  until: number,
  by: { account: string; reason: string },
): Promise<void> {
  await trx
    .updateTable("appointment")
    .set({ valid_until: new Date(until), ended_by: by.account, end_reason: by.reason })
    .where("appointment_id", "=", appointmentId)
    .execute();
}
