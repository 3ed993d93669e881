import { Context } from "@temporalio/activity";

const BEAT_EVERY = 2000;

/** A sign of life for Temporal, and what an activity was told since. */
export interface Heartbeat {
  /** Aborts when the process is cancelled or the worker shuts down. */
  readonly cancelled: AbortSignal;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** Rows read so far, which the next beat tells. */
  progress(rows: number): void;
}

/**
 * Runs an activity with a beat every two seconds, however long one of its statements takes, so that a killed worker is noticed in seconds
 * while a slow one may take its time.
 */
export async function withHeartbeat<T>(run: (heartbeat: Heartbeat) => Promise<T>): Promise<T> {
  const context = Context.current();
  let rows = 0;
  const timer = setInterval(() => context.heartbeat({ rows }), BEAT_EVERY);
  context.heartbeat({ rows });
  try {
    return await run({
      cancelled: context.cancellationSignal,
      attempt: context.info.attempt,
      progress(count) {
        rows = count;
      },
    });
  } finally {
    clearInterval(timer);
  }
}
