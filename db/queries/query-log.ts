import type { Pool } from "pg";
import { hexArray, int4Array, textArray, textBytesArray, uuidArray } from "../binary-array.ts";

/** A row of `query_log`. Times come from the entry id (UUID version 7); hashes are hexadecimal. */
export interface LoggedQuery {
  readonly entryId: string;
  readonly integrationId: number | null;
  readonly operator: string | null;
  readonly operationCode: string | null;
  readonly outcome: string;
  readonly caseNumberIndex: string | null;
  readonly subjectIndex: string | null;
  readonly leafHash: string;
  /** Canonical text; its bytes are kept. */
  readonly entry: string;
}

/** What makes a retry safe: the key of the first try claims the place, and its entries are the only ones written. */
export interface IdempotencyClaim {
  readonly integrationId: number;
  readonly keyIndex: string;
  readonly requestFingerprint: string;
}

/** The entries of one request, written together or not at all. */
export interface RequestEntries {
  readonly entries: readonly LoggedQuery[];
  /** Whose quota the entries count against; null when the request was refused. */
  readonly countedFor: number | null;
  /** The access register's version that the answers were judged by; undefined when nothing is answered. */
  readonly judgedBy?: string | undefined;
  readonly claim?: IdempotencyClaim | undefined;
}

/** Rights or data are no longer what one of the requests was judged by: nothing was written, and all are to be judged again. */
export class AccessChanged extends Error {
  override name = "AccessChanged";
}

/** What became of one request's entries. */
export interface Appended {
  /** Place of the first entry in the log, the others after it; undefined when an earlier request holds the same idempotency key and nothing was written. */
  readonly firstIndex: number | undefined;
  /** What the integration has asked on the day, this request included; undefined when it is not counted. */
  readonly usage: DayUsage | undefined;
}

/** What an integration has asked on a day. */
export interface DayUsage {
  /** The day in Taiwan (ISO 8601) by the database's clock. */
  readonly day: string;
  readonly subjects: number;
}

const COLUMNS = "entry_id, asked_at, integration_id, operator, operation_code, outcome, case_number_index, subject_index, leaf_hash, entry";
const GIVEN_COLUMNS = COLUMNS.replace("asked_at, ", "");
const VALUES = COLUMNS.replace("asked_at", "uuid_extract_timestamp(entry_id)");
const ENTRIES = "$1::uuid[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[]";
const COUNT_TODAY =
  "insert into daily_usage (integration_id, usage_day, subjects) select integration_id, (now() at time zone 'Asia/Taipei')::date, sum(subjects)";
const ADD_UP = `group by integration_id order by integration_id
  on conflict (integration_id, usage_day) do update set subjects = daily_usage.subjects + excluded.subjects returning integration_id, subjects, usage_day`;

// What was judged by rights or data that are no longer those of this very statement is not written, so not answered (ADR 31).
const JUDGED = (versions: string) => `judged as (select from access_version where version = all(${versions}::bigint[]))`;

// The head's row is locked from here to the commit: so places are consecutive, and a statement that fails gives its own back. Everything that
// comes after asks the head first, so that statements lock in one order and never wait for each other in a circle.
const APPEND = {
  name: "append-entries",
  rowMode: "array" as const,
  text: `
    with ${JUDGED("$13")}, head as (
      update log_head set size = size + $12 from judged returning size - $12 as first
    ), appended as (
      insert into query_log (${COLUMNS}, leaf_index) select ${VALUES}, first + position - 1
      from head, unnest(${ENTRIES}) with ordinality as given(${GIVEN_COLUMNS}, position)
    ), counted as (
      ${COUNT_TODAY} from head, unnest($10::int4[], $11::int4[]) as counted(integration_id, subjects) ${ADD_UP}
    )
    select integration_id, subjects, usage_day::text, null::uuid, null::bigint from counted
    union all select null, null, null, null, first from head`,
};

// Claims are made in the order of their keys, so that two API processes never wait for each other in a circle.
const APPEND_CLAIMED = {
  name: "append-claimed-entries",
  rowMode: "array" as const,
  text: `
    with ${JUDGED("$18")}, claimed as (
      insert into idempotent_request (integration_id, idempotency_key_index, request_fingerprint, first_entry_id, entry_count, asked_at)
      select integration_id, key_index, fingerprint, first_entry_id, entry_count, uuid_extract_timestamp(first_entry_id)
      from judged, unnest($13::int4[], $14::bytea[], $15::bytea[], $16::uuid[], $17::int4[])
        as claim(integration_id, key_index, fingerprint, first_entry_id, entry_count)
      order by integration_id, key_index
      on conflict do nothing returning integration_id, first_entry_id, entry_count
    ), accepted as (
      select ${GIVEN_COLUMNS}, row_number() over (order by position) as place
      from unnest(${ENTRIES}, $12::uuid[]) with ordinality as given(${GIVEN_COLUMNS}, claimed_by, position)
      where claimed_by is null or claimed_by in (select first_entry_id from claimed)
    ), head as (
      update log_head set size = size + (select count(*) from accepted) from judged returning size - (select count(*) from accepted) as first
    ), appended as (
      insert into query_log (${COLUMNS}, leaf_index) select ${VALUES}, first + place - 1 from head, accepted
    ), counted as (
      ${COUNT_TODAY} from head, (
        select integration_id, subjects from unnest($10::int4[], $11::int4[]) as counted(integration_id, subjects)
        union all select integration_id, entry_count from claimed
      ) counted ${ADD_UP}
    )
    select integration_id, subjects, usage_day::text, null::uuid, null::bigint from counted
    union all select null, null, null, first_entry_id, null from claimed
    union all select null, null, null, null, first from head`,
};

/**
 * Appends the entries of several requests in one statement, so in one transaction: when it returns, all of them are durable.
 * @returns one result per request, in order
 * @throws AccessChanged
 */
export async function appendRequests(pool: Pool, requests: readonly RequestEntries[]): Promise<Appended[]> {
  const claims = requests.filter((request) => request.claim !== undefined);
  const parameters = [...entryParameters(requests), ...countParameters(requests.filter((request) => request.claim === undefined))];
  const versions = [...new Set(requests.flatMap(({ judgedBy }) => judgedBy ?? []))];
  const { rows } = await pool.query<(string | number | null)[]>(
    claims.length === 0
      ? { ...APPEND, values: [...parameters, requests.reduce((sum, { entries }) => sum + entries.length, 0), versions] }
      : { ...APPEND_CLAIMED, values: [...parameters, ...claimParameters(requests, claims), versions] },
  );
  if (rows.length === 0) throw new AccessChanged("Rights or data have changed since the question was judged.");
  const usages = new Map<number, DayUsage>();
  const claimed = new Set<string>();
  let next = 0;
  for (const [integrationId, subjects, day, firstEntryId, first] of rows) {
    if (first != null) next = Number(first);
    else if (firstEntryId != null) claimed.add(String(firstEntryId));
    else usages.set(Number(integrationId), { day: String(day), subjects: Number(subjects) });
  }
  return requests.map((request) => {
    const written = request.claim === undefined || claimed.has(firstEntryId(request));
    const firstIndex = written ? next : undefined;
    if (written) next += request.entries.length;
    return { firstIndex, usage: request.countedFor === null ? undefined : usages.get(request.countedFor) };
  });
}

/** The columns of the entries as binary arrays, in the order of the statements' parameters. */
export function entryParameters(requests: readonly RequestEntries[]): Buffer[] {
  const entries = requests.length === 1 && requests[0] !== undefined ? requests[0].entries : requests.flatMap((request) => request.entries);
  return [
    uuidArray(entries.map((entry) => entry.entryId)),
    int4Array(entries.map((entry) => entry.integrationId)),
    textArray(entries.map((entry) => entry.operator)),
    textArray(entries.map((entry) => entry.operationCode)),
    textArray(entries.map((entry) => entry.outcome)),
    hexArray(entries.map((entry) => entry.caseNumberIndex)),
    hexArray(entries.map((entry) => entry.subjectIndex)),
    hexArray(entries.map((entry) => entry.leafHash)),
    textBytesArray(entries.map((entry) => entry.entry)),
  ];
}

/** What each integration's day is to be counted up by, as two arrays. */
export function countParameters(requests: readonly RequestEntries[]): Buffer[] {
  const counts = new Map<number, number>();
  for (const { countedFor, entries } of requests) {
    if (countedFor !== null) counts.set(countedFor, (counts.get(countedFor) ?? 0) + entries.length);
  }
  return [int4Array([...counts.keys()]), int4Array([...counts.values()])];
}

function claimParameters(requests: readonly RequestEntries[], claims: readonly RequestEntries[]): Buffer[] {
  return [
    uuidArray(requests.flatMap((request) => request.entries.map(() => (request.claim === undefined ? null : firstEntryId(request))))),
    int4Array(claims.map((request) => request.claim?.integrationId ?? null)),
    hexArray(claims.map((request) => request.claim?.keyIndex ?? null)),
    hexArray(claims.map((request) => request.claim?.requestFingerprint ?? null)),
    uuidArray(claims.map(firstEntryId)),
    int4Array(claims.map((request) => request.entries.length)),
  ];
}

function firstEntryId(request: RequestEntries): string {
  const first = request.entries[0];
  if (first === undefined) throw new Error("A request without entries can't be appended.");
  return first.entryId;
}

/** What an earlier request with the same idempotency key left. */
export interface ClaimedRequest {
  readonly requestFingerprint: string;
  /** Canonical bytes of its entries, in order. */
  readonly entries: readonly Buffer[];
  readonly firstIndex: number;
}

/** Finds the request that claimed an idempotency key, with its entries. */
export async function findClaimedRequest(pool: Pool, integrationId: number, keyIndex: string): Promise<ClaimedRequest | undefined> {
  const { rows } = await pool.query<{ fingerprint: string; entries: Buffer[]; first: string }>({
    name: "find-claimed-request",
    text: `
      select encode(claim.request_fingerprint, 'hex') as fingerprint, array_agg(log.entry order by log.entry_id) as entries,
        min(log.leaf_index) as first
      from idempotent_request claim
      join query_log log on log.asked_at = claim.asked_at and log.entry_id >= claim.first_entry_id and log.integration_id = claim.integration_id
        and log.entry_id <= (encode(substring(uuid_send(claim.first_entry_id) for 14), 'hex') || 'ffff')::uuid
      where claim.integration_id = $1 and claim.idempotency_key_index = $2
      group by claim.request_fingerprint`,
    values: [integrationId, Buffer.from(keyIndex, "hex")],
  });
  const row = rows[0];
  return row === undefined ? undefined : { requestFingerprint: row.fingerprint, entries: row.entries, firstIndex: Number(row.first) };
}
