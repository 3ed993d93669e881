/**
 * Forms of one character that people and offices write for each other. A name that fits only after folding them is answered `variant`, never
 * silently `match`. In each group the first form, Taiwan's standard one, stands for the others.
 *
 * Audited: a group is here only if it is one of these two kinds. What people choose on purpose to be told apart is not here, though
 * dictionaries call it a variant: 堃/坤, 喆/哲, 勳/勛, 豔/艷, 晟/晠, 煙/烟, 婕/媫; nor surnames of their own: 凌/淩, 涂/塗/凃, 范/範, 余/餘, 游/遊, 邱/丘.
 */

/** One character with two codes, because an older standard had both (ISO/IEC 10646 Annex S, source code separation). */
const TWO_CODES =
  "黃黄 溫温 戶户戸 教敎 清淸 青靑 真眞 慎愼 鎮鎭 產産 彥彦 顏顔 為爲 偽僞 強强 錄録 綠緑 內内 尚尙 即卽 既旣 瓶甁 銳鋭 悅悦 說説 稅税 脫脱 閱閲 絕絶 步歩 每毎 晚晩 靜静 德徳 衛衞 " +
  "吳吴呉 呂吕 郎郞 曾曽 增増 姍姗 柵栅 冊册 刪删 姬姫 妍姸 研硏 瑤瑶 遙遥 謠謡 兌兑 查査 值値 眾衆 鄉鄕郷 祿禄 寬寛 俞兪 填塡 緒緖 橫横 奧奥 莊荘 蔣蒋 將将 虛虚 黑黒 高髙 惠恵 薰薫 穗穂 瀨瀬 " +
  "壯壮 榆楡 概槪 槙槇 歲歳 涉渉 箏筝 緣縁 蘊藴 邢郉 鍊錬 顛顚 別别 勻匀 併倂 卷巻 娛娯娱 屏屛 侶侣 宮宫 寧寜 帶帯 彝彞 昂昻 溈潙 媯嬀 飲飮 專専 揭掲 搖揺摇 沒没 狀状 獎奨奬";

/** The same parts drawn or placed in another way, one character to the Ministry of Education's dictionary of variants; and 臺/台, which offices themselves mix. */
const SAME_PARTS =
  "臺台 峰峯 群羣 啟啓 裡裏 恆恒 寶寳 珍珎 冰氷 並竝 廚厨 廈厦 皋皐 崑崐 崙崘 峨峩 嫻嫺 晉晋 熙熈煕 穎頴 富冨 亞亜 沖冲 涼凉 況况 翠翆 讚讃 贊賛 裴裵 棋棊 玨珏 邊邉 濱濵 吉𠮷 賴頼 姊姉 滿満 鑑鑒 敘叙敍 綿緜 鄰隣 蘇蘓 淨浄净凈";

/** Radicals have codes of their own, which copying from a PDF often leaves in place of the character: ⽟ for 玉. */
const FIRST_RADICAL = 0x2e80;
const LAST_RADICAL = 0x2fd5;

const FOLDED = new Map<string, string>();
for (const [standard, ...others] of `${TWO_CODES} ${SAME_PARTS}`.split(" ").map((group) => [...group])) {
  for (const other of others) FOLDED.set(other, standard as string);
}
for (let code = FIRST_RADICAL; code <= LAST_RADICAL; code += 1) {
  const radical = String.fromCodePoint(code);
  const character = radical.normalize("NFKC");
  if (character !== radical) FOLDED.set(radical, FOLDED.get(character) ?? character);
}

const ANY_VARIANT = new RegExp(`[${[...FOLDED.keys()].join("")}]`, "u");

/** The text with every variant form replaced by its standard form. */
export function foldVariants(text: string): string {
  if (!ANY_VARIANT.test(text)) return text;
  let folded = text;
  for (const character of text) {
    const standard = FOLDED.get(character);
    if (standard !== undefined) folded = folded.replaceAll(character, standard);
  }
  return folded;
}
