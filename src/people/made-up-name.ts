/** A number from 0 up to 1, the next of a sequence. */
export type Random = () => number;

/** The more often a surname stands here, the more people bear it. */
const SURNAMES = [
  ..."陳陳陳陳陳陳陳陳陳陳陳林林林林林林林林黃黃黃黃黃黃張張張張張李李李李李王王王王吳吳吳吳劉劉劉蔡蔡蔡楊楊楊許許鄭鄭謝謝郭郭洪洪邱邱曾曾廖廖賴賴徐徐周周葉葉蘇蘇莊莊江呂何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏孫戴范方宋鄧杜傅侯曹薛丁卓馬阮董",
  ..."黄温吕凃",
];
const COMPOUND_SURNAMES = ["歐陽", "司馬", "諸葛", "上官", "范姜", "張簡", "陳林", "皇甫"];
const GIVEN = [
  ..."家豪志明俊傑建宏文雄淑芬美玲雅婷怡君佳穎欣詩涵宗翰冠宇承恩柏宥廷品妍子晴語彤春嬌秀英麗華玉蘭金龍阿水罔市進財添丁義國強啟群衛真德寶靜敏慎堃喆溫裕仁智信和平安康福壽永昌榮富貴雲霞月娥素貞惠如",
];
/** Variants, extension B and later, compatibility ideographs, a variation selector, private-use code points, marks for a missing character. */
const RARE = [..."峯群羣啓瑶姗𠮷𡈽𣎴煊■□", "\uf914", "\ufa16", "\u{2f82c}", "葛\u{e0100}", "\ue4a1", "\u{f0123}"];

const INDIGENOUS_HAN = [
  "尤幹",
  "撒韻",
  "瓦旦",
  "比黛",
  "哈勇",
  "馬躍",
  "達亥",
  "伊布",
  "阿浪",
  "娜高",
  "烏瑪斯",
  "布妮",
  "依婉",
  "古木",
  "巴奈",
  "里幸",
];
const INDIGENOUS_LATIN = [
  "Yukan",
  "Sayun",
  "Watan",
  "Ciwas",
  "Kacaw",
  "Panay",
  "Mayaw",
  "Lisin",
  "Umas",
  "Ibu",
  "Biung",
  "Puni",
  "Lahuy",
  "Rimuy",
  "Lu’ay",
  "Ta'aw",
  "Dʉngʉ",
  "Ḻavaus",
];
/** As varied as in real files: seven dots for one separator. */
const SEPARATORS = [..."·‧・．•･."];
const BETWEEN_LATIN = [" ", "‧", "·", "．"];

/** A name as the register writes it: two to four Han characters, or fewer and more where rare. */
export function makeName(random: Random): string {
  const surname = random() < 0.01 ? pick(COMPOUND_SURNAMES, random) : pick(SURNAMES, random);
  const first = random() < 0.005 ? pick(RARE, random) : pick(GIVEN, random);
  return random() < 0.06 ? surname + first : surname + first + pick(GIVEN, random);
}

/** An indigenous person's name: a Han one, or one in Han or Latin script with its separator. */
export function makeIndigenousName(random: Random): string {
  const kind = random();
  if (kind < 0.5) return makeName(random);
  if (kind < 0.8) return pick(INDIGENOUS_HAN, random) + pick(SEPARATORS, random) + pick(INDIGENOUS_HAN, random);
  const name = pick(INDIGENOUS_LATIN, random) + pick(BETWEEN_LATIN, random) + pick(INDIGENOUS_LATIN, random);
  return random() < 0.2 ? name.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)) : name;
}

/** One of the items, each as likely. */
export function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)] as Item;
}
