import { checkDigit } from "../domain/national-id.ts";

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
const LETTERS = "MMMMMMMMBNPQLKJACDEFGHITUVXWZO";
const SURNAMES = [..."陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏孫戴范方宋鄧杜傅侯曹薛丁卓馬阮董温臺峯"];
const COMPOUND_SURNAMES = ["歐陽", "司馬", "諸葛", "上官", "范姜", "張簡", "歐陽"];
const GIVEN = [
  ..."家豪志明俊傑建宏文雄淑芬美玲雅婷怡君佳穎欣怡詩涵宗翰冠宇承恩柏翰宥廷品妍子晴語彤春嬌秀英麗華玉蘭金龍阿水罔市進財添丁義雄國強啟群衛真德寶靜敏慎堃喆溫裕仁智信和平安康福壽永昌榮華富貴雲霞月娥素貞惠如",
];
/** As the register writes them: in Han script with a separator, or in Latin script; separators as varied as in real files. */
const INDIGENOUS_NAMES = ["Yukan‧Watan", "Sayun·Nomin", "尤幹‧納甫", "瓦歷斯．諾幹", "Rimuy’Aki", "阿妮絲・撒古流", "Ljavuras Kadrangian", "巴燕•達魯", "Kacaw Fotol", "比令･亞布", "Lu’ay Payan", "Ｕｍａｓ‧Ｚｉｎｇｒｕｒ"];
/** Extension B and later, compatibility ideographs, a variation selector, a private-use code point, missing-character marks. */
const RARE = ["𠮷", "𡈽", "𣎴", "\uf914", "\ufa16", "葛\u{e0100}", "\ue4a1", "■", "煊", "堃", "喆"];
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
      name: indigenous && random() < 0.6 ? pick(INDIGENOUS_NAMES, random) : makeName(random),
      birthDate: makeDate(year, random),
      indigenous,
      livesAlone: year < 1962 && random() < 0.1,
      disabled: random() < 0.05,
    };
  }
}

function makeId(serial: number, random: () => number): string {
  const letter = LETTERS[Math.floor(random() * LETTERS.length)] as string;
  const firstNine = letter + (random() < 0.5 ? "1" : "2") + String(serial).padStart(7, "0");
  return firstNine + checkDigit(firstNine);
}

function makeName(random: () => number): string {
  const surname = random() < 0.01 ? pick(COMPOUND_SURNAMES, random) : pick(SURNAMES, random);
  const first = random() < 0.004 ? pick(RARE, random) : pick(GIVEN, random);
  return random() < 0.06 ? surname + first : surname + first + pick(GIVEN, random);
}

function makeDate(year: number, random: () => number): string {
  const month = Math.floor(random() * 12);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = (LAST_DAYS[month] as number) + (month === 1 && leap ? 1 : 0);
  const day = 1 + Math.floor(random() * lastDay);
  return `${year}-${month < 9 ? "0" : ""}${month + 1}-${day < 10 ? "0" : ""}${day}`;
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Mulberry32: a small generator that gives the same numbers for the same seed; nothing secret hangs on it. */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
