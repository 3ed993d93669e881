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

/** A dataset has more or fewer records than its generation: it was replaced while it was read, or the records were tampered with. */
export class RecordsReplaced extends Error {
  override name = "RecordsReplaced";
}

/**
 * Brings the current generations of datasets into memory, and forgets those that are no longer current.
 * @param inMemory by number; what was loaded before an error stays
 * @throws RecordsReplaced
 */
export async function loadGenerations(
  pool: Pool,
  datasets: readonly DatasetRow[],
  inMemory: Map<number, Generation>,
  logger: Logger,
): Promise<void> {
  for (const number of inMemory.keys()) if (!datasets.some(({ generationId }) => generationId === number)) inMemory.delete(number);
  for (const { datasetId, datasetCode, generationId, rowCount, indexKey } of datasets) {
    if (generationId === null || rowCount === null || indexKey === null || inMemory.has(generationId)) continue;
    const started = performance.now();
    const subjects = await fillSubjectTable(rowCount, readPackedRecords(pool, datasetId));
    if (subjects === undefined) {
      throw new RecordsReplaced(
        `The records of the dataset ${datasetCode} are not as many as its import recorded: restore the database from its backup.`,
      );
    }
    inMemory.set(generationId, { datasetId, generationId, indexKey, subjects });
    const milliseconds = Math.round(performance.now() - started);
    logger.info({ dataset: datasetCode, generation: generationId, subjects: subjects.size, milliseconds }, "a generation is in memory");
  }
}
