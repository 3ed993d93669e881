import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { keepWitnessNotices } from "../db/queries/log-witness.ts";
import type { WorkerContext } from "./context.ts";
import { NotCosigned, seekCosignature, type Witnessing } from "./log-cosignature.ts";

type WitnessingContext = Pick<WorkerContext, "config" | "logger" | "db" | "pool" | "now">;

/** Milliseconds. */
const EVERY = 3000;
const LONGEST_WAIT = 60_000;
/** Also without anything new, the witness is asked whether it still agrees. */
const CONFIRM_EVERY = 600_000;
const REPLY_LIMIT = 10_000;

/** Shows the log to its witnesses until it is stopped. */
export interface LogWitnessing {
  stop(): Promise<void>;
}

/**
 * Has other offices' witnesses cosign the log's newest checkpoint, each on its own, every few seconds when there is something new. Signing and
 * answering never wait for it: a witness that is down is asked again later, ever more rarely, and announced when it is silent for too long.
 * @param every milliseconds between two looks
 * @clause 4(1)5
 */
export function startWitnessing({ config, logger, db, pool, now }: WitnessingContext, every = EVERY): LogWitnessing {
  const stopping = new AbortController();
  const origin = config.logOrigin;
  const running = config.witnesses.map((witness) => {
    // Records that are away now are told with the next question.
    const told = () => keepWitnessNotices(db, { origin, witnessName: witness.key.name }, now()).catch(() => undefined);
    return keepAsking({ pool, origin, witness, now }, told, logger, every, stopping.signal);
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function keepAsking(
  witnessing: Witnessing,
  told: () => Promise<void>,
  logger: Logger,
  every: number,
  stopped: AbortSignal,
): Promise<void> {
  let wait = every;
  let confirmAt = 0;
  let cosigning = false;
  while (!stopped.aborted) {
    try {
      const asked = await seekCosignature(
        witnessing,
        performance.now() >= confirmAt,
        AbortSignal.any([stopped, AbortSignal.timeout(REPLY_LIMIT)]),
      );
      if (asked === "cosigned") {
        confirmAt = performance.now() + CONFIRM_EVERY;
        if (!cosigning) logger.info({ witness: witnessing.witness.key.name }, "the witness cosigns");
        cosigning = true;
        await told();
      }
      wait = every;
    } catch (error) {
      cosigning = false;
      wait = Math.min(2 * wait, LONGEST_WAIT);
      if (!stopped.aborted) {
        logFailure(logger, witnessing.witness.key.name, error);
        await told();
      }
    }
    await pause(wait, undefined, { signal: stopped, ref: false }).catch(() => undefined);
  }
}

/** Codes and names of errors only: messages may quote what was sent. */
function logFailure(logger: Logger, witness: string, error: unknown): void {
  if (!(error instanceof NotCosigned)) {
    logger.warn({ witness, error: error instanceof Error ? error.name : "unknown" }, "the witness couldn't be asked; trying again");
  } else if (error.code === "log-disagrees-with-witness") {
    logger.error({ witness, code: error.code, status: error.status }, "the log is not the one that its witness has seen: find out why");
  } else {
    logger.warn({ witness, code: error.code, status: error.status }, "the witness didn't cosign; asking again");
  }
}
