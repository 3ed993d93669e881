import type { Pool } from "pg";
import type { Logger } from "pino";
import { getAccessVersion, readAccessRegister } from "../../db/queries/access-register.ts";
import { type AccessSnapshot, toSnapshot } from "./access-snapshot.ts";
import { type Generation, loadGenerations, RecordsReplaced } from "./generation.ts";

/** A database that has confirmed nothing for so long is away, and nobody waits for it (milliseconds). */
const MAXIMUM_AGE = 3000;
const CHECK_EVERY = 300;

/** The database has not confirmed the register for three seconds: it is away. */
export class RegisterStale extends Error {
  override name = "RegisterStale";
}

/**
 * A copy of the access register and of the current generations, for judging and answering at once. Nothing is answered by a copy that is no
 * longer what the database holds: the statement that logs an answer says by which version it was judged (ADR 31).
 */
export interface AccessRegister {
  /** @throws RegisterStale */
  current(): AccessSnapshot;
  /** Reads anew, whatever the age. */
  refresh(): Promise<AccessSnapshot>;
  close(): Promise<void>;
}

/**
 * Opens the register: the database tells of changes at once (LISTEN), and a look every 0.3 s finds what a broken line hid.
 * @param now monotonic milliseconds
 */
export async function openAccessRegister(pool: Pool, logger: Logger, now: () => number = () => performance.now()): Promise<AccessRegister> {
  const generations = new Map<number, Generation>();
  let confirmedAt = now();
  let snapshot = await readSnapshot();
  let closed = false;
  let reading: Promise<AccessSnapshot> | undefined;

  /** What is replaced while it is read may be mixed: no question is answered by it, since the version is another by then. */
  async function readSnapshot(): Promise<AccessSnapshot> {
    for (let replacedAt: string | undefined; ; ) {
      const rows = await readAccessRegister(pool);
      try {
        await loadGenerations(pool, rows.datasets, generations, logger);
        // Loading may have taken long; the database was there to the end.
        confirmedAt = now();
        return toSnapshot(rows, [...generations.values()]);
      } catch (error) {
        if (!(error instanceof RecordsReplaced) || replacedAt === rows.version) throw error;
        replacedAt = rows.version;
      }
    }
  }

  async function read(): Promise<AccessSnapshot> {
    snapshot = await readSnapshot();
    return snapshot;
  }

  /** A read that began before the change it was asked for might miss it, so at most one more follows the one under way. */
  async function refresh(): Promise<AccessSnapshot> {
    if (reading !== undefined) await reading.catch(() => undefined);
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  let checking = false;
  async function check(): Promise<void> {
    if (checking) return;
    checking = true;
    try {
      const startedAt = now();
      if ((await getAccessVersion(pool)) === snapshot.version) confirmedAt = Math.max(confirmedAt, startedAt);
      else await refresh();
    } catch (error) {
      if (!closed) logger.warn({ code: errorCode(error) }, "the access register can't be read");
    } finally {
      checking = false;
    }
  }

  function current(): AccessSnapshot {
    if (now() - confirmedAt > MAXIMUM_AGE) throw new RegisterStale("The access register has not been confirmed for three seconds.");
    return snapshot;
  }

  const timer = setInterval(() => void check(), CHECK_EVERY);
  const stopListening = listen(
    pool,
    () => void refresh().catch(() => undefined),
    () => closed,
  );
  return {
    current,
    refresh,
    async close() {
      closed = true;
      clearInterval(timer);
      await stopListening();
    },
  };
}

/** Keeps one connection that hears of changes; when it breaks, or can't listen, opens another. Returns how to end it. */
function listen(pool: Pool, changed: () => void, isClosed: () => boolean): () => Promise<void> {
  let end = (): void => undefined;
  let again: NodeJS.Timeout | undefined;
  async function open(): Promise<void> {
    let broken = (): void => later();
    try {
      const client = await pool.connect();
      let released = false;
      end = () => {
        if (!released) client.release(true);
        released = true;
      };
      const own = end;
      broken = () => {
        if (released) return;
        own();
        later();
      };
      if (isClosed()) return own();
      client.on("notification", changed);
      client.on("error", broken);
      await client.query("listen access_changed");
      changed();
    } catch {
      broken();
    }
  }
  function later(): void {
    if (!isClosed()) again = setTimeout(() => void open(), CHECK_EVERY);
  }
  const opening = open();
  return async () => {
    clearTimeout(again);
    await opening;
    end();
  };
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error ? String(error.code) : error.name;
}
