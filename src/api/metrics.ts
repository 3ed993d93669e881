import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Counters of the API; labels are codes only, never anything a caller sent. */
export interface Metrics {
  readonly registry: Registry;
  readonly subjects: Counter<"outcome">;
  readonly refusals: Counter<"code">;
  readonly seconds: Histogram<"endpoint">;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    subjects: new Counter({ name: "verification_subjects_total", help: "Subjects answered, by outcome.", labelNames: ["outcome"], registers: [registry] }),
    refusals: new Counter({ name: "verification_refusals_total", help: "Requests refused, by problem code.", labelNames: ["code"], registers: [registry] }),
    seconds: new Histogram({
      name: "verification_request_seconds",
      help: "Time from a request's body to its durable answer.",
      labelNames: ["endpoint"],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers: [registry],
    }),
  };
}
