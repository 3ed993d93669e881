import { listDatasetsOnRecord, listImports } from "../../../db/queries/dataset-import-reading.ts";
import { datasetAge } from "../../domain/dataset-age.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import type { ConsoleContext } from "../context.ts";
import { datasetName, datasetPath, importPath } from "../dataset-words.ts";
import type { Visit } from "../visit.ts";
import type { Task } from "./home-tasks.ts";

const MOST = 100;

/** Rejected files that wait for the dedicated officer, each with its deadline. @clause 4(4) */
export async function quarantineTasks({ text, may }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  if (!may("decideQuarantine")) return [];
  const waiting = (await listImports(db, { waiting: true }, MOST)).filter(({ decided }) => !decided);
  return waiting.map(({ importId, fileName, quarantinedUntil }) => ({
    ...{ what: text.home.quarantined, of: fileName, path: importPath(importId) },
    ...{ dueOn: taipeiDate(quarantinedUntil?.getTime() ?? 0), waits: true },
  }));
}

/** Datasets whose data runs out soon, or answers nothing: the dedicated officer sees to the next file; the manager knows what is not answered. @clause 4(1)2 */
export async function datasetTasks({ text, today, duties }: Visit, { db }: ConsoleContext): Promise<Task[]> {
  const officer = duties.includes("dedicatedOfficer");
  if (!officer && !duties.includes("manager")) return [];
  return (await listDatasetsOnRecord(db)).flatMap((dataset) => {
    const age = datasetAge(dataset, today);
    if (age.standing === "available" || age.standing === "empty" || (!officer && age.standing === "ends-soon")) return [];
    const task = { what: text.home.datasetStands[age.standing], of: datasetName(text, dataset), path: datasetPath(dataset.code) };
    return [{ ...task, dueOn: age.lastDay, waits: false }];
  });
}
