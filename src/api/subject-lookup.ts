import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";
import { type FoundRecord, type Lookup, lookUpSubjects } from "../../db/queries/verification.ts";
import type { KeyStore } from "../adapters/key-store.ts";
import { birthDateKey, nameKey, openIndexKey, type PersonKeys, personKeys } from "../adapters/subject-keys.ts";
import { type CheckCode, HOUSEHOLD_DATASET_ID, listCheckOf } from "../domain/checks.ts";
import { blankPositions, type NormalisedName, readableCharacters } from "../domain/person-name.ts";
import {
  type BirthDateComparison,
  judgeIdentity,
  type KnownFacts,
  type NameComparison,
  type SubjectMatch,
} from "../domain/verification.ts";
import type { AccessRegister, AccessSnapshot } from "./access-register.ts";
import type { DatasetRegister } from "./dataset-register.ts";
import { Refusal } from "./problem.ts";
import { type SharedStatementLimits, shareStatement } from "./shared-statement.ts";

/** An asked subject with its identity fields normalised. */
export interface NormalisedSubject {
  readonly nationalId: string;
  readonly name: NormalisedName | undefined;
  /** ISO 8601. */
  readonly birthDate: string | undefined;
}

/** What the datasets say about one subject. */
export interface SubjectFinding {
  readonly match: SubjectMatch;
  readonly facts: KnownFacts | undefined;
}

/** Findings in the order of the subjects, and the register as it was when they were made. */
export interface Findings {
  readonly findings: readonly SubjectFinding[];
  readonly snapshot: AccessSnapshot;
}

/** What a subject is looked up by, and the hash of its birth date, under one index key. */
interface SubjectHashes {
  readonly keys: PersonKeys;
  readonly birthDate: string | undefined;
}

/**
 * Looks subjects up in the current generations.
 * @throws Refusal `data-not-available` when the household register has never been imported; KeyMissing when a generation's key is not there
 */
export function createSubjectLookup(
  pool: Pool,
  keyStore: KeyStore,
  register: AccessRegister,
  limits: SharedStatementLimits,
): (subjects: readonly NormalisedSubject[], judgedBy: AccessSnapshot, today: string) => Promise<Findings> {
  const lookUp = shareStatement<readonly string[], Lookup>(
    async (items) => splitLookup(await lookUpSubjects(pool, items.flat()), items),
    (keys) => keys.length,
    limits,
  );

  const opened = new WeakMap<DatasetRegister, KeyObject[]>();
  const openKeys = (datasets: DatasetRegister): KeyObject[] => {
    const known = opened.get(datasets) ?? datasets.indexKeys.map((name) => openIndexKey(keyStore.index, name));
    opened.set(datasets, known);
    return known;
  };

  return async (asked, judgedBy, today) => {
    const { subjects, placeOf } = distinctSubjects(asked);
    let snapshot = judgedBy;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [householdKey, ...otherKeys] = openKeys(snapshot.datasets);
      if (householdKey === undefined) {
        throw new Refusal("data-not-available", "The household register has not been imported yet: ask the platform's officer.", {
          retryAfter: 60,
        });
      }
      const hashes = subjects.map((subject) => hashSubject(householdKey, subject));
      const keys = subjects.flatMap(({ nationalId }, place) => [
        (hashes[place] as SubjectHashes).keys.subjectKey,
        ...otherKeys.map((key) => personKeys(key, nationalId).subjectKey),
      ]);
      // Each once, by however many names somebody is asked about: a record that is found takes a moment, which must not be told a thousand times.
      const distinctKeys = subjects.length === 1 ? keys : [...new Set(keys)];
      const found = await lookUp(distinctKeys);
      const known = snapshot;
      // Rights or data have changed since the question was judged; many questions that wait may see it at once.
      if (found.version !== known.version) {
        snapshot = register.current();
        if (found.version !== snapshot.version) snapshot = await register.refresh();
      }
      if (snapshot.datasets.generations === known.datasets.generations) {
        const keysEach = 1 + otherKeys.length;
        const recordsOf = new Map(distinctKeys.map((key, place) => [key, found.records[place] ?? []]));
        const findings = subjects.map((subject, place) => {
          const records = keys.slice(place * keysEach, (place + 1) * keysEach).flatMap((key) => recordsOf.get(key) ?? []);
          return findSubject(subject, hashes[place] as SubjectHashes, records, today);
        });
        return { findings: placeOf?.map((place) => findings[place] as SubjectFinding) ?? findings, snapshot };
      }
      // A generation was switched while we asked: its index key may be another.
    }
    throw new Refusal("overloaded", "The data is being replaced: try again shortly.", { retryAfter: 1 });
  };
}

/** Each subject once, and where the asked ones stand among them: asking about one person many times over must not make what is found out about them slower or faster. */
function distinctSubjects(asked: readonly NormalisedSubject[]): { subjects: readonly NormalisedSubject[]; placeOf?: readonly number[] } {
  if (asked.length === 1) return { subjects: asked };
  const places = new Map<string, number>();
  const subjects: NormalisedSubject[] = [];
  const placeOf = asked.map((subject) => {
    const key = `${subject.nationalId}\n${subject.name?.exact ?? ""}\n${subject.birthDate ?? ""}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, subjects.length);
    return subjects.push(subject) - 1;
  });
  return { subjects, placeOf };
}

function hashSubject(key: KeyObject, { nationalId, birthDate }: NormalisedSubject): SubjectHashes {
  const keys = personKeys(key, nationalId);
  return { keys, birthDate: birthDate && birthDateKey(keys, birthDate) };
}

function splitLookup({ version, records }: Lookup, items: readonly (readonly string[])[]): Lookup[] {
  let start = 0;
  return items.map((keys) => {
    const end = start + keys.length;
    const own = { version, records: records.slice(start, end) };
    start = end;
    return own;
  });
}

function findSubject(subject: NormalisedSubject, hashes: SubjectHashes, records: readonly FoundRecord[], today: string): SubjectFinding {
  const household = records.find((record) => record.datasetId === HOUSEHOLD_DATASET_ID);
  const match = judgeIdentity(
    household !== undefined,
    compareName(subject.name, hashes, household),
    isUnreadable(subject.name),
    compareBirthDate(hashes, household),
  );
  // Of whom doesn't fit as little is gathered as of nobody: that would take a moment, too.
  if (household === undefined || match === "noMatch") return { match, facts: undefined };
  const listedChecks = new Set<CheckCode>();
  for (const record of records) {
    const check = listCheckOf(record.datasetId);
    if (check !== undefined && (record.validFrom ?? today) <= today && today <= (record.validUntil ?? today)) listedChecks.add(check);
  }
  return { match, facts: { indigenous: household.indigenous, listedChecks } };
}

/**
 * Compares the asked name with what was found. The same is blanked and hashed whether somebody was found or nobody, by a readable name or not:
 * what is asked alone decides how long it takes, so that time tells nothing about who exists.
 */
function compareName(
  name: NormalisedName | undefined,
  { keys, birthDate }: SubjectHashes,
  record: FoundRecord | undefined,
): NameComparison {
  if (name === undefined) return "notGiven";
  const mask = record?.unreadablePositions ?? 0;
  const blanked = blankPositions(name.folded, mask);
  // The readable rest must fit, and be more than a surname, or come with a birth date: otherwise an unreadable name would tell anyone who exists.
  const enough = birthDate !== undefined || readableCharacters(blanked) >= 2;
  const folded = nameKey(keys, blanked);
  const exact = name.folded === name.exact ? folded : nameKey(keys, name.exact);
  if (record === undefined) return "different";
  if (isUnreadable(name)) return "unreadable";
  const fits = folded === (record.nameVariantKey ?? record.nameKey);
  if (mask !== 0) return fits && enough ? "unreadable" : "different";
  if (exact === record.nameKey) return "same";
  return fits ? "variant" : "different";
}

function isUnreadable(name: NormalisedName | undefined): boolean {
  return name !== undefined && name.unreadable.length > 0;
}

function compareBirthDate(hashes: SubjectHashes, record: FoundRecord | undefined): BirthDateComparison {
  if (hashes.birthDate === undefined) return "notGiven";
  return record !== undefined && hashes.birthDate === record.birthDateKey ? "same" : "different";
}
