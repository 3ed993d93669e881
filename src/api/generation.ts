import type { Pool } from "pg";
import type { Logger } from "pino";
import type { DatasetRow } from "../../db/queries/access-register.ts";
import { readPackedRecords } from "../../db/queries/subject-record.ts";
import type { IndexKeyName } from "../domain/dataset-import.ts";
import { fillSubjectTable, type SubjectTable } from "./subject-table.ts";

/** A dataset's current generation, in this process' memory (ADR 31). */
export interface Generation {
  readonly datasetId: number;
  readonly generationId: number;
  readonly indexKey: IndexKeyName;
  readonly subjects: SubjectTable;
}

/**
 * The current generations of datasets: those that are in memory as they are, the others loaded.
 * @throws RecordsReplaced
 */
export async function loadGenerations(
  pool: Pool,
  datasets: readonly DatasetRow[],
  inMemory: readonly Generation[],
  logger: Logger,
): Promise<Generation[]> {
  const generations: Generation[] = [];
  for (const { datasetId, datasetCode, generationId, indexKey } of datasets) {
    if (generationId === null || indexKey === null) continue;
    const known = inMemory.find((generation) => generation.generationId === generationId);
    if (known !== undefined) {
      generations.push(known);
      continue;
    }
    const started = performance.now();
    const subjects = await fillSubjectTable(await readPackedRecords(pool, datasetId));
    generations.push({ datasetId, generationId, indexKey, subjects });
    const milliseconds = Math.round(performance.now() - started);
    logger.info({ dataset: datasetCode, generation: generationId, subjects: subjects.size, milliseconds }, "a generation is in memory");
  }
  return generations;
}
