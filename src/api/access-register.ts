import { timingSafeEqual } from "node:crypto";
import type { Pool } from "pg";
import type { Logger } from "pino";
import {
  type AccessRegisterRows,
  type CredentialRow,
  getAccessVersion,
  type IntegrationRow,
  readAccessRegister,
} from "../../db/queries/access-register.ts";
import { credentialReminderAt } from "../domain/credential.ts";
import type { ApprovedAccess } from "../domain/verification.ts";
import { createDatasetRegister, type DatasetRegister } from "./dataset-register.ts";

/** A database that has confirmed nothing for so long is away, and nobody waits for it (milliseconds). */
const MAXIMUM_AGE = 3000;
const CHECK_EVERY = 300;
/** Leading hexadecimal digits of a secret's hash that find the candidates; the rest is compared in constant time. */
const BUCKET_DIGITS = 8;
/** Announces the end of the credential that a request presents: an ISO 8601 time. */
const EXPIRY_HEADER = "credential-expires";

/** An integration's rights as the API uses them. */
export interface IntegrationAccess extends ApprovedAccess {
  readonly integrationId: number;
  readonly requestsPerSecond: number;
  readonly subjectsPerDay: number;
  /** Subjects asked about on a day (ISO 8601, in Taiwan) when the register was read. */
  readonly usageDay: string;
  readonly subjectsToday: number;
}

/** A credential together with what it opens. */
export interface CredentialAccess {
  readonly credentialId: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revoked: boolean;
  /** From when on answers announce its end (epoch milliseconds), and how. */
  readonly announcedFrom: number;
  readonly announcement: Readonly<Record<string, string>>;
  readonly integration: IntegrationAccess;
}

/** Who may ask, and what can be answered, at one moment. */
export interface AccessSnapshot {
  /** Changes with every change of a right or of a current generation. */
  readonly version: string;
  /** @param tokenHash SHA-256 of the bearer token, hexadecimal */
  findCredential(tokenHash: string): CredentialAccess | undefined;
  readonly datasets: DatasetRegister;
}

/** The database has not confirmed the register for three seconds: it is away. */
export class RegisterStale extends Error {
  override name = "RegisterStale";
}

/** A small copy of the access register, for judging at once. What is answered is judged by the version that the lookup saw (ADR 29). */
export interface AccessRegister {
  /** @throws RegisterStale */
  current(): AccessSnapshot;
  /** Reads anew, whatever the age: for a lookup that saw a newer version. */
  refresh(): Promise<AccessSnapshot>;
  close(): Promise<void>;
}

/**
 * Opens the register: the database tells of changes at once (LISTEN), and a look every 0.3 s finds what a broken line hid.
 * @param now monotonic milliseconds
 */
export async function openAccessRegister(pool: Pool, logger: Logger, now: () => number = () => performance.now()): Promise<AccessRegister> {
  let rows = await readAccessRegister(pool);
  let snapshot = toSnapshot(rows);
  let confirmedAt = now();
  let closed = false;
  let reading: Promise<AccessSnapshot> | undefined;

  async function read(): Promise<AccessSnapshot> {
    const startedAt = now();
    rows = await readAccessRegister(pool);
    snapshot = toSnapshot(rows);
    confirmedAt = startedAt;
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
      if ((await getAccessVersion(pool)) === rows.version) confirmedAt = Math.max(confirmedAt, startedAt);
      else await refresh();
    } catch (error) {
      logger.warn({ code: errorCode(error) }, "the access register can't be read");
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

function toSnapshot(rows: AccessRegisterRows): AccessSnapshot {
  const integrations = new Map(rows.integrations.map((row) => [row.integrationId, toAccess(row)]));
  const buckets = new Map<string, { hash: Buffer; access: CredentialAccess }[]>();
  for (const row of rows.credentials) {
    const integration = integrations.get(row.integrationId);
    if (integration === undefined) continue;
    const bucket = buckets.get(row.secretHash.slice(0, BUCKET_DIGITS)) ?? [];
    bucket.push({ hash: Buffer.from(row.secretHash, "hex"), access: toCredentialAccess(row, integration) });
    buckets.set(row.secretHash.slice(0, BUCKET_DIGITS), bucket);
  }
  return {
    version: rows.version,
    findCredential(tokenHash) {
      const bucket = buckets.get(tokenHash.slice(0, BUCKET_DIGITS));
      if (bucket === undefined) return undefined;
      const presented = Buffer.from(tokenHash, "hex");
      return bucket.find(({ hash }) => timingSafeEqual(hash, presented))?.access;
    },
    datasets: createDatasetRegister(rows.datasets),
  };
}

function toAccess(row: IntegrationRow): IntegrationAccess {
  const { checks, addresses, ...rest } = row;
  return { ...rest, scope: new Set(checks), addresses: new Set(addresses) };
}

function toCredentialAccess(row: CredentialRow, integration: IntegrationAccess): CredentialAccess {
  const { credentialId, validFrom, validUntil, revoked } = row;
  const announcement = { [EXPIRY_HEADER]: new Date(validUntil).toISOString() };
  return { credentialId, validFrom, validUntil, revoked, announcedFrom: credentialReminderAt(validUntil), announcement, integration };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
