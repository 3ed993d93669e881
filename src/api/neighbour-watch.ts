import type { Pool } from "pg";
import type { Logger } from "pino";
import { addNeighbours } from "../../db/queries/abnormal-signal.ts";
import { NumberNeighbours } from "../domain/number-neighbours.ts";

const HOUR = 3_600_000;
const FLUSH_EVERY = 30_000;

/** Sees whether an integration walks through ID numbers; only what it counts ever leaves this process. */
export interface NeighbourWatch {
  note(integrationId: number, subjects: readonly { readonly nationalId: string }[]): void;
  /** Puts on record what was counted since the last time. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Window {
  hour: number;
  numbers: NumberNeighbours;
  neighbours: number;
}

/** @param now epoch milliseconds @clause 3(10) */
export function createNeighbourWatch(pool: Pool, logger: Logger, now: () => number): NeighbourWatch {
  const windows = new Map<number, Window>();

  async function flush(): Promise<void> {
    const hour = now() - (now() % HOUR);
    for (const [integrationId, window] of windows) {
      const { neighbours } = window;
      // Numbers are forgotten within two hours, counts only when they are on record.
      if (neighbours === 0 && window.hour < hour) windows.delete(integrationId);
      if (neighbours === 0) continue;
      window.neighbours -= neighbours;
      await addNeighbours(pool, integrationId, new Date(window.hour), neighbours).catch((error: unknown) => {
        window.neighbours += neighbours;
        logger.warn({ error: error instanceof Error ? error.name : "unknown" }, "what was seen of number sequences is not on record yet");
      });
    }
  }

  const timer = setInterval(() => void flush(), FLUSH_EVERY).unref();
  return {
    note(integrationId, subjects) {
      const window = windows.get(integrationId) ?? { hour: 0, numbers: new NumberNeighbours(), neighbours: 0 };
      windows.set(integrationId, window);
      window.hour = now() - (now() % HOUR);
      for (const { nationalId } of subjects) if (window.numbers.note(nationalId)) window.neighbours += 1;
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
