import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";
import type { DatasetRow } from "../../db/queries/access-register.ts";
import { type FoundRecord, type Lookup, lookUpSubjects } from "../../db/queries/verification.ts";
import type { KeyStore } from "../adapters/key-store.ts";
import { birthDateKey, nameKey, type PersonKeys, personKeys } from "../adapters/subject-keys.ts";
import { type CheckCode, HOUSEHOLD_DATASET_ID, listCheckOf } from "../domain/checks.ts";
import { blankPositions, type NormalisedName } from "../domain/person-name.ts";
import {
  type BirthDateComparison,
  judgeIdentity,
  type KnownFacts,
  type NameComparison,
  type SubjectMatch,
} from "../domain/verification.ts";
import type { AccessRegister } from "./access-register.ts";
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

/** Findings in the order of the subjects, and the datasets (by id) as they were when they answered. */
export interface Findings {
  readonly findings: readonly SubjectFinding[];
  readonly datasets: ReadonlyMap<number, DatasetRow>;
}

/** The keyed hashes of a subject under one index key, hexadecimal. All are made before the lookup, so that time tells nothing about what it finds. */
interface SubjectHashes {
  readonly keys: PersonKeys;
  readonly name: string | undefined;
  readonly foldedName: string | undefined;
  readonly birthDate: string | undefined;
}

/**
 * Looks subjects up in the current generations.
 * @throws Refusal `data-not-available` when the household register has never been imported
 */
export function createSubjectLookup(
  pool: Pool,
  keyStore: KeyStore,
  register: AccessRegister,
  limits: SharedStatementLimits,
): (subjects: readonly NormalisedSubject[], today: string) => Promise<Findings> {
  const lookUp = shareStatement<readonly string[], Lookup>(
    async (items) => splitLookup(await lookUpSubjects(pool, items.flat()), items),
    (keys) => keys.length,
    limits,
  );

  return async (subjects, today) => {
    let snapshot = register.current();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const household = snapshot.datasets.get(HOUSEHOLD_DATASET_ID);
      if (household?.indexKeyId == null) {
        throw new Refusal("data-not-available", "The household register has not been imported yet: ask the platform's officer.", {
          retryAfter: 60,
        });
      }
      const keyIds = indexKeyIds(snapshot.datasets);
      const householdKey = keyStore.index.get(household.indexKeyId);
      const hashes = subjects.map((subject) => hashSubject(householdKey, subject));
      const otherKeys = keyIds.filter((id) => id !== household.indexKeyId).map((id) => keyStore.index.get(id));
      const keysEach = 1 + otherKeys.length;
      const keys = subjects.flatMap((subject, place) => [
        (hashes[place] as SubjectHashes).keys.subjectKey,
        ...otherKeys.map((key) => personKeys(key, subject.nationalId).subjectKey),
      ]);
      const found = await lookUp(keys);
      if (!answeredBy(found, snapshot.datasets)) {
        // A generation was switched while we asked: its index key may be another.
        snapshot = await register.refresh();
        continue;
      }
      const bySubject: FoundRecord[][] = subjects.map(() => []);
      for (const record of found.records) bySubject[Math.floor(record.position / keysEach)]?.push(record);
      const findings = subjects.map((subject, place) =>
        findSubject(subject, hashes[place] as SubjectHashes, bySubject[place] as FoundRecord[], today),
      );
      return { findings, datasets: snapshot.datasets };
    }
    throw new Refusal("overloaded", "The data is being replaced: try again shortly.", { retryAfter: 1 });
  };
}

function indexKeyIds(datasets: ReadonlyMap<number, DatasetRow>): string[] {
  return [...new Set([...datasets.values()].map((dataset) => dataset.indexKeyId).filter((id) => id !== null))];
}

function hashSubject(key: KeyObject, { nationalId, name, birthDate }: NormalisedSubject): SubjectHashes {
  const keys = personKeys(key, nationalId);
  const exact = name && nameKey(keys, name.exact);
  return {
    keys,
    name: exact,
    foldedName: name && name.folded !== name.exact ? nameKey(keys, name.folded) : exact,
    birthDate: birthDate && birthDateKey(keys, birthDate),
  };
}

/** Whether the generations that answered are those whose index keys were used. */
function answeredBy(found: Lookup, datasets: ReadonlyMap<number, DatasetRow>): boolean {
  const known = [...datasets.values()].filter((dataset) => dataset.generationId !== null);
  return (
    known.length === found.generations.length &&
    found.generations.every(({ datasetId, generationId }) => datasets.get(datasetId)?.generationId === generationId)
  );
}

function splitLookup(found: Lookup, items: readonly (readonly string[])[]): Lookup[] {
  if (items.length === 1) return [found];
  const owners: number[] = [];
  const starts: number[] = [];
  let start = 0;
  items.forEach((keys, owner) => {
    starts.push(start);
    start += keys.length;
    for (let count = 0; count < keys.length; count += 1) owners.push(owner);
  });
  const records: FoundRecord[][] = items.map(() => []);
  for (const record of found.records) {
    const owner = owners[record.position] as number;
    records[owner]?.push({ ...record, position: record.position - (starts[owner] as number) });
  }
  return records.map((own) => ({ generations: found.generations, records: own }));
}

function findSubject(subject: NormalisedSubject, hashes: SubjectHashes, records: readonly FoundRecord[], today: string): SubjectFinding {
  const household = records.find((record) => record.datasetId === HOUSEHOLD_DATASET_ID);
  const match = judgeIdentity(
    household !== undefined,
    household === undefined ? "different" : compareName(subject, hashes, household),
    (subject.name?.unreadable.length ?? 0) > 0,
    compareBirthDate(hashes, household),
  );
  if (household === undefined) return { match, facts: undefined };
  const listedChecks = new Set<CheckCode>();
  for (const record of records) {
    const check = listCheckOf(record.datasetId);
    if (check !== undefined && (record.validFrom ?? today) <= today && today <= (record.validUntil ?? today)) listedChecks.add(check);
  }
  return { match, facts: { indigenous: household.indigenous, listedChecks } };
}

function compareName(subject: NormalisedSubject, hashes: SubjectHashes, record: FoundRecord): NameComparison {
  if (subject.name === undefined) return "notGiven";
  if (subject.name.unreadable.length > 0) return "unreadable";
  if (record.unreadablePositions !== null) {
    // The readable rest must fit; otherwise an unreadable name would tell anyone who exists.
    const blanked = blankPositions(subject.name.exact, record.unreadablePositions);
    return nameKey(hashes.keys, blanked) === record.nameKey ? "unreadable" : "different";
  }
  if (hashes.name === record.nameKey) return "same";
  return hashes.foldedName === (record.nameVariantKey ?? record.nameKey) ? "variant" : "different";
}

function compareBirthDate(hashes: SubjectHashes, record: FoundRecord | undefined): BirthDateComparison {
  if (hashes.birthDate === undefined) return "notGiven";
  return record !== undefined && hashes.birthDate === record.birthDateKey ? "same" : "different";
}
