import { type Kysely, sql, type Transaction } from "kysely";
import type { ClientBase } from "pg";
import type { IndexKeyName } from "../../src/domain/dataset-import.ts";
import type { Database } from "../tables/database.ts";

/** A loaded generation of a dataset, or its current one; dates are ISO 8601. */
export interface Generation {
  readonly generationId: number;
  readonly datasetId: number;
  readonly asOf: string | null;
  readonly signedAt: Date | null;
  readonly rowCount: number | null;
  readonly switchedAt: Date | null;
}

const GENERATION = sql<Generation>`
  select g.generation_id as "generationId", g.dataset_id as "datasetId", g.as_of::text as "asOf", g.signed_at as "signedAt",
    g.row_count::float8 as "rowCount", g.switched_at as "switchedAt" from generation g`;

/** The generation that an import has loaded and that still exists. */
export async function findGenerationOfImport(db: Kysely<Database>, importId: string): Promise<Generation | undefined> {
  return (await sql<Generation>`${GENERATION} where g.import_id = ${importId} and g.dropped_at is null`.execute(db)).rows[0];
}

/** The generation that a dataset answers from; its dataset is locked until the transaction ends. */
export async function lockCurrentGeneration(trx: Transaction<Database>, datasetId: number): Promise<Generation | undefined> {
  await sql`select 1 from lock_dataset(${datasetId}::smallint)`.execute(trx);
  return findCurrentGeneration(trx, datasetId);
}

export async function findCurrentGeneration(db: Kysely<Database>, datasetId: number): Promise<Generation | undefined> {
  const { rows } =
    await sql<Generation>`${GENERATION} join dataset d on d.current_generation_id = g.generation_id where d.dataset_id = ${datasetId}`.execute(
      db,
    );
  return rows[0];
}

/**
 * Begins a generation: its record and its empty table, which nobody else sees before the transaction commits.
 * @param client in a transaction
 * @returns its id
 */
export async function createGeneration(
  client: ClientBase,
  generation: { datasetId: number; importId: string; indexKey: IndexKeyName; createdAt: Date },
): Promise<number> {
  const { rows } = await client.query<{ generation_id: number }>(
    "insert into generation (dataset_id, import_id, index_key_id, index_key_check, created_at) values ($1, $2, $3, $4, $5) returning generation_id",
    [generation.datasetId, generation.importId, generation.indexKey.id, generation.indexKey.check, generation.createdAt],
  );
  const { generation_id } = rows[0] as { generation_id: number };
  await client.query("select create_generation_table($1)", [generation_id]);
  return generation_id;
}

/** Name of the table that a generation's rows are copied into. */
export function generationTable(generationId: number): string {
  return `subject_generation_${generationId}`;
}

/** What is known of a delivery when its last byte is read and verified. */
export interface LoadedGeneration {
  readonly importId: string;
  readonly generationId: number;
  readonly asOf: string;
  readonly signedAt: Date;
  readonly signerFingerprint: string;
  readonly rowsRead: number;
  readonly badRows: number;
}

/** Completes the records of a generation in the transaction that loads it. */
export async function recordLoaded(client: ClientBase, loaded: LoadedGeneration): Promise<void> {
  await client.query("update generation set as_of = $2, signed_at = $3, row_count = $4 where generation_id = $1", [
    loaded.generationId,
    loaded.asOf,
    loaded.signedAt,
    loaded.rowsRead - loaded.badRows,
  ]);
  await client.query(
    `update dataset_import set stage = 'loaded', as_of = $2, signed_at = $3, signer_fingerprint = $4, rows_read = $5, bad_rows = $6 where import_id = $1`,
    [loaded.importId, loaded.asOf, loaded.signedAt, loaded.signerFingerprint, loaded.rowsRead, loaded.badRows],
  );
}

const UNIQUE_VIOLATION = "23505";

/** Builds the primary key of a loaded generation. @returns false when an ID number is in it twice */
export async function finishGeneration(db: Kysely<Database>, generationId: number): Promise<boolean> {
  try {
    await sql`select finish_generation_table(${generationId})`.execute(db);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** Whether `finishGeneration` has been done: the column that it needs for telling duplicates is gone. */
export async function isGenerationFinished(db: Kysely<Database>, generationId: number): Promise<boolean> {
  const { rows } = await sql`
    select from pg_attribute where attrelid = to_regclass(${`public.${generationTable(generationId)}`}) and attname = 'line_number'`.execute(
    db,
  );
  return rows.length === 0;
}

/** Lines whose ID number stands in an earlier line too. */
export async function findDuplicateLines(db: Kysely<Database>, generationId: number, limit: number): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    select line from (
      select line_number as line, min(line_number) over (partition by subject_key) as first_line from ${sql.table(generationTable(generationId))}
    ) numbered where line > first_line order by line limit ${limit}`.execute(db);
  return rows.map(({ line }) => line);
}

/** Makes a finished generation the one that answers. */
export async function switchGeneration(trx: Transaction<Database>, generationId: number, switchedAt: Date): Promise<void> {
  await sql`select switch_generation(${generationId}, ${switchedAt})`.execute(trx);
}

/** A generation that answers no more, or never did. */
export interface ReplacedGeneration extends Generation {
  readonly importId: string;
}

/** Generations of a dataset that another one has replaced and that still exist. */
export async function listReplacedGenerations(db: Kysely<Database>, datasetId: number): Promise<ReplacedGeneration[]> {
  const { rows } = await sql<ReplacedGeneration>`
    select g.generation_id as "generationId", g.dataset_id as "datasetId", g.as_of::text as "asOf", g.signed_at as "signedAt",
      g.row_count::float8 as "rowCount", g.switched_at as "switchedAt", g.import_id as "importId"
    from generation g join dataset d using (dataset_id)
    where g.dataset_id = ${datasetId} and g.switched_at is not null and g.dropped_at is null and g.generation_id <> d.current_generation_id
    order by g.generation_id`.execute(db);
  return rows;
}

/** Drops the table of a generation that is not current. */
export async function dropGeneration(trx: Transaction<Database> | Kysely<Database>, generationId: number, droppedAt: Date): Promise<void> {
  await sql`select drop_generation(${generationId}, ${droppedAt})`.execute(trx);
}
