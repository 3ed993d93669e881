/** What is known about a delivery that has been destroyed. */
export interface DestroyedDelivery {
  /** Whether the file was there to be destroyed; somebody may have removed it by hand. */
  readonly fileFound: boolean;
  /** Whose key opened it: one made for this delivery, the platform's standing key, or none because it was never opened. */
  readonly keyKind: "delivery" | "standing" | "none";
  /** Whether the private half of the delivery key was there; somebody may have removed it by hand. */
  readonly keyFound: boolean;
  /** Whether it has been destroyed with the file. */
  readonly keyDestroyed: boolean;
  /** Keys of others, or the platform's standing key beside a delivery key, that open copies of the file. */
  readonly otherRecipients: number;
  /** Whether the file turned up after its import had ended. */
  readonly late?: boolean;
}

const OVERWRITING =
  "原檔已覆寫、寫入裝置並刪除，且已確認不存在。覆寫僅能證明本系統之檔案已無法由檔案系統讀取；於快閃儲存裝置、寫入時複製之檔案系統及備份中，先前之區塊可能留存，傳輸途中之副本亦不在覆寫範圍內。";
const NOT_FOUND = "銷毀時原檔已不存在，非由本平臺覆寫或刪除：本證明僅確認其已不在本平臺之資料夾中，不及於其去向及副本。";
const KEY_DIED = "本檔以僅供本次交付之金鑰加密，該金鑰之私鑰已一併銷毀：無論副本留存於何處，均無法再以該金鑰解密。";
const KEY_LIVES = "本檔以交付金鑰加密，惟其簽章未經確認，該金鑰仍保留以待真正之交付；本檔之副本於該金鑰銷毀前仍可解密。";
const KEY_NOT_FOUND =
  "本檔以僅供本次交付之金鑰加密，惟銷毀時該金鑰之私鑰已不存在，非由本平臺銷毀：本證明僅確認其已不在本平臺之金鑰資料夾中，不及於其去向，及以之解密之副本。";
const STANDING_KEY = "本檔以平臺之常設金鑰加密，該金鑰持續使用：留存之副本仍可由平臺解密，故本證明不及於副本。";
const LATE = "本檔於匯入程序結束後，始於本平臺之資料夾中發現；先前之銷毀紀錄不及於此。";
const NO_KEY = "平臺未以任何金鑰開啟本檔。";

/**
 * What a certificate of destruction says it proves, and what it doesn't (zh-Hant).
 * @clause 4(4)
 */
export function statementOfDestruction(destroyed: DestroyedDelivery): string[] {
  const { fileFound, keyKind, keyFound, keyDestroyed, otherRecipients, late = false } = destroyed;
  const aboutDeliveryKey = keyDestroyed ? KEY_DIED : keyFound ? KEY_LIVES : KEY_NOT_FOUND;
  const aboutKey = { delivery: aboutDeliveryKey, standing: STANDING_KEY, none: NO_KEY }[keyKind];
  const others = `另有 ${otherRecipients} 把其他金鑰或密碼亦可解密本檔之副本，不在本平臺掌握之中。`;
  const aboutFile = fileFound ? OVERWRITING : NOT_FOUND;
  return [...(late ? [LATE] : []), aboutFile, aboutKey, ...(otherRecipients > 0 ? [others] : [])];
}
