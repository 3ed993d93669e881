import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { createGeneration, generationTable } from "../../db/queries/dataset-import-generation.ts";
import { nameCurrentKey } from "../adapters/subject-keys.ts";
import type { WorkerContext } from "../context.ts";
import type { DatasetKind } from "../domain/dataset-import-row.ts";
import { COPY_COLUMNS, COPY_END, COPY_START } from "./dataset-import-copy.ts";

/** What a new generation belongs to. */
export interface GenerationPlan {
  readonly importId: string;
  readonly datasetId: number;
  readonly kind: DatasetKind;
}

/**
 * Loads a generation in one transaction, which is what makes a killed import leave nothing behind: the table, its rows and its record appear
 * together, after `judge` has had the last word, or not at all.
 * @param rows pieces of a binary COPY without its start and end
 * @param judge throws to refuse; what it writes is part of the transaction
 */
export async function copyGeneration(
  { pool, keyStore, now }: Pick<WorkerContext, "pool" | "keyStore" | "now">,
  { importId, datasetId, kind }: GenerationPlan,
  rows: AsyncIterable<Uint8Array>,
  judge: (client: ClientBase, generationId: number) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let committed = false;
  try {
    await client.query("begin");
    const indexKey = nameCurrentKey(keyStore.index);
    const generationId = await createGeneration(client, { datasetId, importId, indexKey, createdAt: now() });
    // The table is as new as the transaction, so its rows can be written frozen and never need to be touched again.
    const copy = client.query(
      copyFrom(`copy ${generationTable(generationId)} (${COPY_COLUMNS[kind]}) from stdin with (format binary, freeze)`),
    );
    await pipeline(Readable.from(copyBytes(rows), { objectMode: false }), copy);
    await judge(client, generationId);
    await client.query("commit");
    committed = true;
  } finally {
    // Without its connection the server rolls back, even where a COPY is still under way.
    client.release(!committed);
  }
}

async function* copyBytes(rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield COPY_START;
  for await (const bytes of rows) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  yield COPY_END;
}
