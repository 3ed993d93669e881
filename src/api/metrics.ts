import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Counters of the API; labels are codes only, never anything a caller sent. */
export interface Metrics {
  readonly registry: Registry;
  readonly refusals: Counter<"code">;
  /** Counts an answered request. @param milliseconds from its first byte to its durable answer */
  answered(endpoint: string, results: readonly { readonly subject: string }[], milliseconds: number): void;
}

/** @param countWaitingNotices asked each time the metrics are read */
export function createMetrics(countWaitingNotices: () => Promise<number>): Metrics {
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
  new Gauge({
    name: "notices_waiting",
    help: "Notices that are due and have gone out to nobody.",
    registers: [registry],
    async collect() {
      // A database that is away must not take the other metrics with it.
      this.set(await countWaitingNotices().catch(() => Number.NaN));
    },
  });
  return {
    registry,
    refusals: new Counter({
      name: "verification_refusals_total",
      help: "Requests refused, by problem code.",
      labelNames: ["code"],
      registers: [registry],
    }),
    answered(endpoint, results, milliseconds) {
      seconds.labels(endpoint).observe(milliseconds / 1000);
      for (const { subject } of results) subjects.labels(subject).inc();
    },
  };
}
