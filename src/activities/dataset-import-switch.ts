import type { Transaction } from "kysely";
import { getImport, isAlreadyImported, isSignatureImported, recordFindings, recordRejection } from "../../db/queries/dataset-import.ts";
import {
  findDuplicateLines,
  findGenerationOfImport,
  finishGeneration,
  type Generation,
  isGenerationFinished,
  lockCurrentGeneration,
  switchGeneration as switchTo,
} from "../../db/queries/dataset-import-generation.ts";
import { listDatasetsOnRecord } from "../../db/queries/dataset-import-reading.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import type { Database } from "../../db/tables/database.ts";
import type { WorkerContext } from "../context.ts";
import { aboutDataset, datasetNotices } from "../domain/dataset-age.ts";
import { judgeSuccession, type Rejection } from "../domain/dataset-import.ts";
import { BAD_ROWS_TOLD } from "./dataset-import-rows.ts";
import { withHeartbeat } from "./heartbeat.ts";

/**
 * Builds the index of a loaded generation, which also finds ID numbers that are in it twice.
 * @returns why the file is rejected; undefined when the generation is ready
 * @clause 4(1)1
 */
export function indexGeneration({ db }: WorkerContext, importId: string): Promise<Rejection | undefined> {
  return withHeartbeat(async () => {
    const { generationId } = await getGeneration(db, importId);
    if ((await isGenerationFinished(db, generationId)) || (await finishGeneration(db, generationId))) return undefined;
    const lines = (await findDuplicateLines(db, generationId, BAD_ROWS_TOLD)).map((line) => ({ line, code: "duplicate-id" as const }));
    await recordRejection(db, importId, "duplicate-id", lines);
    return { code: "duplicate-id", lines };
  });
}

/**
 * Makes a generation the one that answers, in one transaction; questions see the old one or the new one. Another import of the same dataset may
 * have switched since this one was judged, so it is judged again under the dataset's lock.
 * @returns why the file is rejected; undefined when the new generation answers
 * @clause 4(1)3
 */
export function switchGeneration({ db, now }: WorkerContext, importId: string): Promise<Rejection | undefined> {
  return withHeartbeat(async () => {
    const datasetId = (await getImport(db, importId)).datasetId as number;
    const reason = await db.transaction().execute(async (trx) => {
      const current = await lockCurrentGeneration(trx, datasetId);
      // Only under the lock: an earlier try that was taken for dead may have switched a moment ago.
      const { fileSha256, stage } = await getImport(trx, importId);
      // Done before: a later import may have replaced and dropped the generation since.
      if (stage === "switched" || stage === "imported") return undefined;
      const generation = await getGeneration(trx, importId);
      if (await isAlreadyImported(trx, importId, fileSha256)) return "already-imported";
      // Wrapped anew, and perhaps for another dataset; of two at once the second fails on the records' unique index, and is tried again.
      if (await isSignatureImported(trx, importId)) return "signature-not-newer";
      const [refusal] = judgeSuccession(successionOf(generation, current));
      if (refusal !== undefined) return refusal;
      await announceAge(trx, generation, now().getTime());
      await switchTo(trx, generation.generationId, now());
      await recordFindings(trx, importId, { stage: "switched" });
      return undefined;
    });
    if (reason === undefined) return undefined;
    await recordRejection(db, importId, reason, []);
    return { code: reason, lines: [] };
  });
}

/** Has it announced when the new data will run out. Before the switch, since questions wait from then on until the transaction ends. */
async function announceAge(trx: Transaction<Database>, { datasetId, asOf }: Generation, at: number): Promise<void> {
  const dataset = (await listDatasetsOnRecord(trx)).find((one) => one.datasetId === datasetId);
  if (dataset === undefined || asOf === null) return;
  await keepNotices(trx, aboutDataset(dataset.code), datasetNotices(dataset.code, { ...dataset, asOf }, at));
}

function successionOf(generation: Generation, current: Generation | undefined) {
  return {
    asOf: generation.asOf as string,
    signedAt: (generation.signedAt as Date).getTime(),
    currentAsOf: current?.asOf ?? null,
    currentSignedAt: current?.signedAt?.getTime() ?? null,
  };
}

async function getGeneration(db: WorkerContext["db"], importId: string): Promise<Generation> {
  const generation = await findGenerationOfImport(db, importId);
  if (generation === undefined) throw new Error(`Import ${importId} has no loaded generation.`);
  return generation;
}
