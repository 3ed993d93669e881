import type { KeyObject } from "node:crypto";
import type { KeyRing } from "../adapters/key-store.ts";
import { birthDateKey, nameKey, openIndexKey, type PersonKeys, personKeys } from "../adapters/subject-keys.ts";
import { type CheckCode, listCheckOf } from "../domain/checks.ts";
import { blankPositions, type NormalisedName, readableCharacters } from "../domain/person-name.ts";
import {
  type BirthDateComparison,
  judgeIdentity,
  type KnownFacts,
  type NameComparison,
  type SubjectMatch,
} from "../domain/verification.ts";
import type { AvailableData } from "./dataset-register.ts";
import type { Generation } from "./generation.ts";
import type { FoundRecord } from "./subject-table.ts";

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

/** Finds subjects, in their order. @throws KeyMissing when a generation's key is not there */
export type SubjectLookup = (subjects: readonly NormalisedSubject[], data: AvailableData) => SubjectFinding[];

/**
 * Looks subjects up in the generations that answer a question. Whether somebody is found or nobody, fits or doesn't, the same is hashed,
 * searched for and compared: what is asked alone decides how long it takes, so that time tells nothing about who exists.
 * @clause 4(1)4
 */
export function createSubjectLookup(indexKeys: KeyRing): SubjectLookup {
  const opened = new WeakMap<Generation, KeyObject>();
  const open = (generation: Generation): KeyObject => {
    const key = opened.get(generation) ?? openIndexKey(indexKeys, generation.indexKey);
    opened.set(generation, key);
    return key;
  };
  return (subjects, { household, lists, day }) => {
    const householdKey = open(household);
    const openLists = lists.map((list) => ({ table: list.subjects, key: open(list), check: listCheckOf(list.datasetId) }));
    return subjects.map((subject) => {
      const keys = personKeys(householdKey, subject.nationalId);
      const listedChecks = new Set<CheckCode>();
      for (const { table, key, check } of openLists) {
        const listed = table.holds((key === householdKey ? keys : personKeys(key, subject.nationalId)).subjectKey, day);
        if (check !== undefined && listed) listedChecks.add(check);
      }
      const record = household.subjects.find(keys.subjectKey);
      const match = judgeIdentity(
        record.found,
        compareName(subject, keys, record),
        isUnreadable(subject.name),
        compareBirthDate(subject, keys, record),
      );
      if (!record.found || match === "noMatch") return { match, facts: undefined };
      return { match, facts: { indigenous: record.indigenous, listedChecks } };
    });
  };
}

/** The same is blanked and hashed whether somebody was found or nobody, by a readable name or not. */
function compareName({ name, birthDate }: NormalisedSubject, keys: PersonKeys, record: FoundRecord): NameComparison {
  if (name === undefined) return "notGiven";
  const mask = record.unreadablePositions;
  const blanked = blankPositions(name.folded, mask);
  // The readable rest must fit, and be more than a surname, or come with a birth date: otherwise an unreadable name would tell anyone who exists.
  const enough = birthDate !== undefined || readableCharacters(blanked) >= 2;
  const folded = nameKey(keys, blanked);
  const exact = name.folded === name.exact ? folded : nameKey(keys, name.exact);
  if (!record.found) return "different";
  if (isUnreadable(name)) return "unreadable";
  const fits = folded === record.nameVariantKey;
  if (mask !== 0) return fits && enough ? "unreadable" : "different";
  if (exact === record.nameKey) return "same";
  return fits ? "variant" : "different";
}

function isUnreadable(name: NormalisedName | undefined): boolean {
  return name !== undefined && name.unreadable.length > 0;
}

function compareBirthDate({ birthDate }: NormalisedSubject, keys: PersonKeys, record: FoundRecord): BirthDateComparison {
  if (birthDate === undefined) return "notGiven";
  return birthDateKey(keys, birthDate) === record.birthDateKey ? "same" : "different";
}
