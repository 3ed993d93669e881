import type { DatasetRow } from "../../db/queries/access-register.ts";
import { type CheckCode, datasetOfCheck, HOUSEHOLD_DATASET_ID } from "../domain/checks.ts";
import { datasetAvailability } from "../domain/dataset-import.ts";
import type { Generation } from "./generation.ts";
import { Refusal } from "./problem.ts";
import { recordDay } from "./subject-table.ts";

/** As-of date (ISO 8601) by dataset code. */
export type AsOf = Readonly<Record<string, string>>;

/** What answers a question: the household register, and the lists behind the checks that are asked. */
export interface AvailableData {
  readonly asOf: AsOf;
  /** Today, as records count days. */
  readonly day: number;
  readonly household: Generation;
  readonly lists: readonly Generation[];
}

/** The datasets as one snapshot knows them, with what every question needs of them worked out once. */
export interface DatasetRegister {
  readonly rows: readonly DatasetRow[];
  readonly generations: readonly Generation[];
  /**
   * The datasets behind the checks must have been imported, be within their approved period and not be older than allowed.
   * @param today ISO 8601
   * @throws Refusal `data-not-available`, `data-out-of-date` or `dataset-not-approved`
   * @clause 4(1)2
   */
  requireAvailable(checks: readonly CheckCode[], today: string): AvailableData;
}

/** @param generations the current ones of the rows */
export function createDatasetRegister(rows: readonly DatasetRow[], generations: readonly Generation[]): DatasetRegister {
  const byId = new Map(rows.map((row) => [row.datasetId, row]));
  const generationOf = new Map(generations.map((generation) => [generation.datasetId, generation]));
  let judgedOn = "";
  let answers = new Map<string, AvailableData>();

  function judge(checks: readonly CheckCode[], today: string): AvailableData {
    const asOf: Record<string, string> = {};
    const available = [...new Set([HOUSEHOLD_DATASET_ID, ...checks.map(datasetOfCheck)])].map((datasetId) => {
      const [dataset, generation] = [byId.get(datasetId), generationOf.get(datasetId)];
      if (dataset?.asOf == null || generation === undefined) {
        throw new Refusal(
          "data-not-available",
          "A dataset that answers this check has not been imported yet: ask the platform's officer.",
          {
            retryAfter: 60,
          },
        );
      }
      requireCurrent({ ...dataset, asOf: dataset.asOf }, today);
      asOf[dataset.datasetCode] = dataset.asOf;
      return generation;
    });
    const [household, ...lists] = available as [Generation, ...Generation[]];
    return { asOf, day: recordDay(today), household, lists };
  }

  return {
    rows,
    generations,
    requireAvailable(checks, today) {
      if (today !== judgedOn) {
        judgedOn = today;
        answers = new Map();
      }
      const key = checks.join();
      const known = answers.get(key) ?? judge(checks, today);
      answers.set(key, known);
      return known;
    },
  };
}

function requireCurrent(dataset: DatasetRow & { readonly asOf: string }, today: string): void {
  const availability = datasetAvailability(dataset, today);
  if (availability === "too-old") {
    throw new Refusal("data-out-of-date", "The data is older than allowed, so it answers nothing: ask the platform's officer.", {
      retryAfter: 3600,
    });
  }
  if (availability === "outside-approved-period") {
    throw new Refusal("dataset-not-approved", "The approved period of a dataset is over: ask the platform's officer.", {
      retryAfter: 3600,
    });
  }
}
