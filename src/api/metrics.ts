import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DatasetRow } from "../../db/queries/access-register.ts";
import type { LogMeasures } from "../../db/queries/query-log-tree.ts";
import { startOfDay } from "../domain/integration-period.ts";
import { isWitnessSilent } from "../domain/log-witness.ts";
import type { SubjectMatch } from "../domain/verification.ts";

/** Counters of the API; labels are codes only, never anything a caller sent. */
export interface Metrics {
  readonly registry: Registry;
  readonly refusals: Counter<"code">;
  /** Everything in Prometheus' text form. @param measures from the database; what couldn't be found out is undefined */
  text(
    measures: {
      readonly log: LogMeasures | undefined;
      readonly noticesWaiting: number | undefined;
      readonly datasets: readonly DatasetRow[] | undefined;
    },
    now: number,
  ): Promise<string>;
  /** Counts an answered request. @param milliseconds from its first byte to its durable answer */
  answered(endpoint: "single" | "batch", results: readonly { readonly subject: SubjectMatch }[], milliseconds: number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const subjects = new Counter({
    name: "verification_subjects_total",
    help: "Subjects answered, by outcome.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "verification_request_seconds",
    help: "Time from a request's first byte to its durable answer.",
    labelNames: ["endpoint"],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
    registers: [registry],
  });
  // Found by their labels once: every answer counts.
  const secondsOf = { single: seconds.labels("single"), batch: seconds.labels("batch") };
  const subjectsOf = {
    match: subjects.labels("match"),
    variant: subjects.labels("variant"),
    manualReview: subjects.labels("manualReview"),
    noMatch: subjects.labels("noMatch"),
  };
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const notices = gauge("notices_waiting", "Notices that are due and have gone out to nobody.");
  const entries = gauge("query_log_entries", "Entries of the query log.");
  const signedEntries = gauge("query_log_signed_entries", "Entries that the newest checkpoint covers.");
  const signedAt = gauge("query_log_signed_timestamp_seconds", "When the newest checkpoint was signed.");
  const disagreements = new Gauge({
    name: "query_log_disagreements",
    help: "What was found against the query log and is not settled, by code.",
    labelNames: ["code"],
    registers: [registry],
  });
  const witnessHeard = new Gauge({
    name: "query_log_witness_heard_timestamp_seconds",
    help: "When each witness last cosigned, or since when it has been asked.",
    labelNames: ["witness"],
    registers: [registry],
  });
  const silentWitnesses = gauge("query_log_silent_witnesses", "Witnesses that have cosigned nothing for longer than they may.");
  const asOf = new Gauge({
    name: "dataset_as_of_timestamp_seconds",
    help: "The day that a dataset's current data are of.",
    labelNames: ["dataset"],
    registers: [registry],
  });
  return {
    registry,
    async text({ log, noticesWaiting, datasets = [] }, now) {
      notices.set(noticesWaiting ?? Number.NaN);
      for (const measure of [entries, signedEntries, signedAt, disagreements, witnessHeard, asOf]) measure.reset();
      entries.set(log?.entries ?? Number.NaN);
      signedEntries.set(log?.signedEntries ?? Number.NaN);
      signedAt.set(log?.signedAt ?? Number.NaN);
      for (const [code, times] of Object.entries(log?.disagreements ?? {})) disagreements.labels(code).set(times);
      const heard = Object.entries(log?.witnesses ?? {});
      for (const [name, at] of heard) witnessHeard.labels(name).set(at);
      silentWitnesses.set(log === undefined ? Number.NaN : heard.filter(([, at]) => isWitnessSilent(at * 1000, now)).length);
      for (const { datasetCode, asOf: day } of datasets) if (day !== null) asOf.labels(datasetCode).set(startOfDay(day) / 1000);
      return registry.metrics();
    },
    refusals: new Counter({
      name: "verification_refusals_total",
      help: "Requests refused, by problem code.",
      labelNames: ["code"],
      registers: [registry],
    }),
    answered(endpoint, results, milliseconds) {
      secondsOf[endpoint].observe(milliseconds / 1000);
      for (const { subject } of results) subjectsOf[subject].inc();
    },
  };
}
