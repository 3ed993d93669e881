/**
 * Forms of one and the same character that people and offices write for each other. A name that fits only after folding them is answered
 * `variant`, never silently `match`. Only true variants belong here: 堃/坤 or 喆/哲 are different names, and 涂/塗, 范/範, 余/餘, 游/遊
 * different surnames. Each group: the form folded to, then the form that folds to it.
 */
const VARIANTS =
  "臺台 黃黄 峰峯 啟啓 群羣 溫温 衛衞 戶户 教敎 清淸 青靑 真眞 慎愼 鎮鎭 產産 彥彦 顏顔 為爲 偽僞 強强 錄録 綠緑 內内 尚尙 即卽 既旣 恆恒 瓶甁 銳鋭 悅悦 說説 稅税 脫脱 閱閲 絕絶 步歩 每毎 晚晩 柏栢 靜静 淨浄 德徳 寶寳 珍珎 煙烟 床牀 裡裏 線綫 冰氷 韻韵 廚厨 廈厦 粧妝 並竝";

const FOLDED = new Map<string, string>();
for (const [folded, ...forms] of VARIANTS.split(" ").map((forms) => [...forms])) {
  for (const form of forms) FOLDED.set(form, folded as string);
}

/** The text with every variant form replaced by the form it folds to. */
export function foldVariants(text: string): string {
  let folded = text;
  for (const character of text) {
    const form = FOLDED.get(character);
    if (form !== undefined) folded = folded.replaceAll(character, form);
  }
  return folded;
}
