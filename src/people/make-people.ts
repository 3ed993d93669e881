import { checkDigit } from "../domain/national-id.ts";
import { makeIndigenousName, makeName, pick, type Random } from "./made-up-name.ts";

/** A person who does not exist. */
export interface MadeUpPerson {
  readonly nationalId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly birthDate: string;
  readonly indigenous: boolean;
  readonly livesAlone: boolean;
  readonly disabled: boolean;
}

/** More would need a second person for some seven digits. */
const MOST_PEOPLE = 10_000_000;
/** Coprime to 10,000,000, so multiplying by it visits every number once. */
const STRIDE = 7_654_321;
/** Most of the county's people were registered there first (M), the rest anywhere. */
const LETTERS = [..."M".repeat(50), ..."ABCDEFGHIJKLNOPQRSTUVWXYZ"];
const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Makes people up, one after another: valid and unique ID numbers, names as a register has them, one in twenty indigenous. The same seed
 * makes the same people; nothing is kept in memory.
 * @param count at most 10,000,000
 */
export function* makePeople(count: number, seed = 1): Generator<MadeUpPerson> {
  if (!Number.isInteger(count) || count < 0 || count > MOST_PEOPLE) throw new Error(`Between 0 and ${MOST_PEOPLE} people can be made up.`);
  const random = createRandom(seed);
  let serial = Math.floor(random() * MOST_PEOPLE);
  for (let made = 0; made < count; made += 1) {
    serial = (serial + STRIDE) % MOST_PEOPLE;
    const indigenous = random() < 0.05;
    const year = 1925 + Math.floor(Math.sqrt(random()) * 100);
    yield {
      nationalId: makeId(serial, random),
      name: indigenous ? makeIndigenousName(random) : makeName(random),
      birthDate: makeDate(year, random),
      indigenous,
      livesAlone: year < 1962 && random() < 0.1,
      disabled: random() < 0.05,
    };
  }
}

function makeId(serial: number, random: Random): string {
  const firstNine = pick(LETTERS, random) + (random() < 0.5 ? "1" : "2") + String(serial).padStart(7, "0");
  return firstNine + checkDigit(firstNine);
}

function makeDate(year: number, random: Random): string {
  const month = Math.floor(random() * 12);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = (LAST_DAYS[month] as number) + (month === 1 && leap ? 1 : 0);
  const day = 1 + Math.floor(random() * lastDay);
  return `${year}-${month < 9 ? "0" : ""}${month + 1}-${day < 10 ? "0" : ""}${day}`;
}

/** Mulberry32: a small generator that gives the same numbers for the same seed; nothing secret hangs on it. */
function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
