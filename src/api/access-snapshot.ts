import { timingSafeEqual } from "node:crypto";
import type { AccessRegisterRows, CredentialRow, IntegrationRow } from "../../db/queries/access-register.ts";
import { credentialReminderAt } from "../domain/credential.ts";
import type { ApprovedAccess } from "../domain/verification.ts";
import { createDatasetRegister, type DatasetRegister } from "./dataset-register.ts";
import type { Generation } from "./generation.ts";

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

/** @param generations the current ones of the rows */
export function toSnapshot(rows: AccessRegisterRows, generations: readonly Generation[]): AccessSnapshot {
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
    datasets: createDatasetRegister(rows.datasets, generations),
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
