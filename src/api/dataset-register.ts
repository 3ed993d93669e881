import type { DatasetRow } from "../../db/queries/access-register.ts";
import { type CheckCode, datasetOfCheck, HOUSEHOLD_DATASET_ID } from "../domain/checks.ts";
import { datasetAvailability, type IndexKeyName } from "../domain/dataset-import.ts";
import { Refusal } from "./problem.ts";

/** As-of date (ISO 8601) by dataset code. */
export type AsOf = Readonly<Record<string, string>>;

/** The datasets as one snapshot knows them, with what every question needs of them worked out once. */
export interface DatasetRegister {
  readonly rows: readonly DatasetRow[];
  /** Names the current generations; none of them ever comes back once it has been replaced. */
  readonly generations: string;
  /** Index keys of the current generations, the household register's first; none when that has never been imported. */
  readonly indexKeys: readonly IndexKeyName[];
  /**
   * The datasets behind the checks must have been imported, be within their approved period and not be older than allowed.
   * @param today ISO 8601
   * @throws Refusal `data-not-available`, `data-out-of-date` or `dataset-not-approved`
   * @clause 4(1)2
   */
  requireAvailable(checks: readonly CheckCode[], today: string): AsOf;
}

export function createDatasetRegister(rows: readonly DatasetRow[]): DatasetRegister {
  const byId = new Map(rows.map((row) => [row.datasetId, row]));
  const household = byId.get(HOUSEHOLD_DATASET_ID)?.indexKey;
  let judgedOn = "";
  let answers = new Map<string, AsOf>();

  return {
    rows,
    generations: rows
      .map(({ datasetId, generationId }) => `${datasetId}:${generationId}`)
      .sort()
      .join(),
    indexKeys: household == null ? [] : distinctKeys([household, ...rows.flatMap(({ indexKey }) => indexKey ?? [])]),
    requireAvailable(checks, today) {
      if (today !== judgedOn) {
        judgedOn = today;
        answers = new Map();
      }
      const key = checks.join();
      const known = answers.get(key);
      if (known !== undefined) return known;
      const asOf: Record<string, string> = {};
      for (const datasetId of new Set([HOUSEHOLD_DATASET_ID, ...checks.map(datasetOfCheck)])) {
        const dataset = requireAvailableDataset(byId.get(datasetId), today);
        asOf[dataset.datasetCode] = dataset.asOf;
      }
      answers.set(key, asOf);
      return asOf;
    },
  };
}

function distinctKeys(keys: readonly IndexKeyName[]): IndexKeyName[] {
  return [...new Map(keys.map((key) => [`${key.id} ${key.check}`, key])).values()];
}

function requireAvailableDataset(dataset: DatasetRow | undefined, today: string): DatasetRow & { readonly asOf: string } {
  if (dataset?.asOf == null) {
    throw new Refusal("data-not-available", "A dataset that answers this check has not been imported yet: ask the platform's officer.", {
      retryAfter: 60,
    });
  }
  const available = { ...dataset, asOf: dataset.asOf };
  const availability = datasetAvailability(available, today);
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
  return available;
}
