import { randomBytes, randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { hashSecret } from "../../src/adapters/credential-secret.ts";
import type { KeyStore } from "../../src/adapters/key-store.ts";
import { birthDateKey, nameCurrentKey, nameKey, personKeys } from "../../src/adapters/subject-keys.ts";
import { normaliseName, toPositionMask } from "../../src/domain/person-name.ts";

/** A made-up person as a household register would hold it. */
export interface MadeUpPerson {
  readonly nationalId: string;
  readonly name: string;
  readonly birthDate: string;
  readonly indigenous: boolean;
}

/** An integration's rights, straight into the tables: for tests of what reads them. The owner's pool. */
export async function seedIntegration(
  pool: Pool,
  rights: {
    checks: readonly string[];
    addresses?: readonly string[];
    state?: string;
    from?: Date;
    until?: Date;
    requestsPerSecond?: number;
    subjectsPerDay?: number;
  },
): Promise<{ integrationId: number; token: string; credentialId: string }> {
  const number = randomUUID();
  const { rows } = await pool.query(
    `with a as (insert into agency (agency_code, agency_name) values ($1, '測試機關') returning agency_id),
     p as (insert into application select $1, agency_id, '測試系統', '依據', '目的', $2, '{}', '2026-01-01', '2027-01-01', 'contact', 'someone', now() from a returning application_number, agency_id)
     insert into integration (application_number, agency_id, system_name, state, approved_from, approved_until, requests_per_second, subjects_per_day)
     select application_number, agency_id, '測試系統', $3, $4, $5, $6, $7 from p returning integration_id`,
    [
      number,
      rights.checks,
      rights.state ?? "active",
      rights.from ?? new Date(Date.now() - 86_400_000),
      rights.until ?? new Date(Date.now() + 86_400_000),
      rights.requestsPerSecond ?? 1_000_000,
      rights.subjectsPerDay ?? 100_000_000,
    ],
  );
  const integrationId: number = rows[0].integration_id;
  await pool.query("insert into integration_scope select $1, unnest($2::text[])", [integrationId, rights.checks]);
  await pool.query("insert into integration_address select $1, unnest($2::inet[]), now()", [
    integrationId,
    rights.addresses ?? ["127.0.0.1"],
  ]);
  const { token, credentialId } = await seedCredential(pool, integrationId);
  return { integrationId, token, credentialId };
}

/** A further credential of an integration. */
export async function seedCredential(
  pool: Pool,
  integrationId: number,
  from = new Date(Date.now() - 3_600_000),
  until = new Date(Date.now() + 86_400_000),
) {
  const token = `vp_${randomBytes(32).toString("base64url")}`;
  const credentialId = randomUUID();
  await pool.query("insert into credential values ($1, $2, $3, $4, $5, null)", [
    credentialId,
    integrationId,
    Buffer.from(hashSecret(token), "hex"),
    from,
    until,
  ]);
  return { token, credentialId };
}

/** A current generation of every dataset: the people, and who is on the lists. The owner's pool. */
export async function seedGenerations(
  pool: Pool | PoolClient,
  keyStore: KeyStore,
  people: readonly MadeUpPerson[],
  lists: { alone?: readonly string[]; disability?: readonly string[] } = {},
): Promise<void> {
  const key = keyStore.index.current;
  await seedGeneration(
    pool,
    keyStore,
    1,
    "name_key, name_variant_key, birth_date_key, unreadable_positions, indigenous",
    people.map((person) => {
      const name = normaliseName(person.name);
      const keys = personKeys(key, person.nationalId);
      return [
        bytes(keys.subjectKey),
        bytes(nameKey(keys, name.exact)),
        name.folded === name.exact ? null : bytes(nameKey(keys, name.folded)),
        bytes(birthDateKey(keys, person.birthDate)),
        name.unreadable.length === 0 ? null : toPositionMask(name.unreadable).toString(),
        person.indigenous,
      ];
    }),
  );
  for (const [datasetId, ids] of [
    [2, lists.alone ?? []],
    [3, lists.disability ?? []],
  ] as const) {
    await seedGeneration(
      pool,
      keyStore,
      datasetId,
      "valid_from, valid_until",
      ids.map((id) => [bytes(personKeys(key, id).subjectKey), null, null]),
    );
  }
}

/** Current generations of every dataset in place of those that are there, in one transaction, as an import switches them. */
export async function replaceGenerations(pool: Pool, ...seeded: [KeyStore, readonly MadeUpPerson[]]): Promise<void> {
  const client = await pool.connect();
  await client.query("begin");
  const { rows } = await client.query(
    "select inhrelid::regclass as partition from pg_inherits where inhparent = 'subject_record'::regclass",
  );
  for (const { partition } of rows) await client.query(`alter table subject_record detach partition ${partition}`);
  await seedGenerations(client, ...seeded);
  await client.query("commit");
  client.release();
}

async function seedGeneration(
  pool: Pool | PoolClient,
  keyStore: KeyStore,
  datasetId: number,
  columns: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const importId = randomUUID();
  const partition = `subject_seed_${datasetId}_${Date.now()}`;
  await pool.query(
    "insert into dataset_import (import_id, dataset_id, file_name, file_sha256, file_bytes, delivered_by, stage, received_at) values ($1, $2, 'seed', $3, 0, 'drop-folder', 'imported', now())",
    [importId, datasetId, randomBytes(32)],
  );
  await pool.query(`create table ${partition} partition of subject_record for values in (${datasetId})`);
  for (let start = 0; start < rows.length; start += 1000) {
    const chunk = rows.slice(start, start + 1000);
    const width = chunk[0]?.length ?? 0;
    const places = chunk.map(
      (_, row) => `(${datasetId}, ${Array.from({ length: width }, (_, column) => `$${row * width + column + 1}`).join(", ")})`,
    );
    await pool.query(`insert into ${partition} (dataset_id, subject_key, ${columns}) values ${places.join(", ")}`, chunk.flat());
  }
  await pool.query(`analyze ${partition}`);
  const indexKey = nameCurrentKey(keyStore.index);
  await pool.query(
    `with g as (insert into generation (dataset_id, import_id, index_key_id, index_key_check, as_of, row_count, created_at, switched_at) values ($1, $2, $3, $5, (now() at time zone 'Asia/Taipei')::date, $4, now(), now()) returning generation_id)
     update dataset set current_generation_id = (select generation_id from g) where dataset_id = $1`,
    [datasetId, importId, indexKey.id, rows.length, indexKey.check],
  );
}

function bytes(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal, "hex");
}
