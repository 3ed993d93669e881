import { expect, test } from "vitest";
import { statementOfDestruction } from "../../src/domain/destruction.ts";

const statement = (keyKind: "delivery" | "standing" | "none", keyDestroyed = false, otherRecipients = 0, fileFound = true) =>
  statementOfDestruction({ fileFound, keyKind, keyFound: true, keyDestroyed, otherRecipients }).join("\n");
const MISSING_KEY = { fileFound: true, keyKind: "delivery", keyFound: false, keyDestroyed: false, otherRecipients: 0 } as const;

test("§4(4) a certificate claims that copies are dead only where the delivery's own key has died", () => {
  expect(statement("delivery", true)).toContain("私鑰已一併銷毀");
  for (const other of [statement("delivery"), statement("standing"), statement("standing", true), statement("none")])
    expect(other).not.toContain("已一併銷毀");
});

test("§4(4) a certificate says what overwriting does not prove", () => {
  for (const each of [statement("delivery", true), statement("delivery"), statement("standing"), statement("none")])
    expect(each).toContain("覆寫僅能證明");
});

test("§4(4) a certificate of a file that was gone before claims no overwriting", () => {
  expect(statement("standing", false, 0, false)).not.toContain("已覆寫");
  expect(statement("standing", false, 0, false)).toContain("銷毀時原檔已不存在");
});

test("§4(4) a certificate of a file whose key was gone before says neither that it has died nor that it is kept", () => {
  const text = statementOfDestruction(MISSING_KEY).join("\n");
  expect(text).toContain("銷毀時該金鑰之私鑰已不存在");
  for (const other of ["已一併銷毀", "仍保留"]) expect(text).not.toContain(other);
});

test("§4(4) a certificate of a file that turned up after its import had ended says so", () => {
  expect(statementOfDestruction({ ...MISSING_KEY, late: true }).join("\n")).toContain("匯入程序結束後");
  expect(statementOfDestruction(MISSING_KEY).join("\n")).not.toContain("匯入程序結束後");
});

test("§4(4) a certificate names keys of others that still open copies", () => {
  expect(statement("delivery", true, 2)).toContain("另有 2 把其他金鑰");
  expect(statement("delivery", true, 0)).not.toContain("另有");
});
