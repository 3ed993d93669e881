import { sql, type Transaction } from "kysely";
import type { Approval } from "../../src/domain/integration-application.ts";
import type { RecordedStep } from "../../src/domain/integration-record.ts";
import type { Database } from "../tables/database.ts";

/** Makes an integration's scope and whitelist what is approved; what stays is not touched. */
export async function writeScopeAndAddresses(
  trx: Transaction<Database>,
  integrationId: number,
  { checks, addresses }: Approval,
  takenAt: string,
): Promise<void> {
  await sql`delete from integration_scope where integration_id = ${integrationId} and check_code <> all (${[...checks]}::text[])`.execute(
    trx,
  );
  await sql`insert into integration_scope select ${integrationId}, unnest(${[...checks]}::text[]) on conflict do nothing`.execute(trx);
  await sql`delete from integration_address where integration_id = ${integrationId} and address <> all (${[...addresses]}::inet[])`.execute(
    trx,
  );
  await sql`
    insert into integration_address select ${integrationId}, unnest(${[...addresses]}::inet[]), ${takenAt}::timestamptz on conflict do nothing`.execute(
    trx,
  );
}

/** Makes an integration's credentials those that it holds: a new one comes with the hash of its secret, and what is gone is revoked. */
export async function writeCredentials(
  trx: Transaction<Database>,
  integrationId: number,
  { integration, secretHash }: RecordedStep,
): Promise<void> {
  const fresh = secretHash === undefined ? undefined : integration.credentials.at(-1);
  if (fresh !== undefined && secretHash !== undefined) {
    await trx
      .insertInto("credential")
      .values({
        credential_id: fresh.credentialId,
        integration_id: integrationId,
        secret_hash: Buffer.from(secretHash, "hex"),
        valid_from: new Date(fresh.validFrom),
        valid_until: new Date(fresh.validUntil),
      })
      .execute();
  }
  const held = integration.credentials.map(({ credentialId }) => credentialId);
  await sql`
    update credential set revoked_at = ${integration.timeline[0].takenAt}::timestamptz
    where integration_id = ${integrationId} and revoked_at is null and credential_id <> all (${held}::uuid[])`.execute(trx);
}
