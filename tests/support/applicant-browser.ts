import type { Page } from "playwright-core";
import { toRocSlashes } from "../../src/domain/roc-date.ts";
import { LETTER } from "./applicant.ts";
import { inDays } from "./integration-platform.ts";

const FILE = { name: "來文.pdf", mimeType: "application/pdf", buffer: Buffer.from(LETTER) };
const CHOOSE = "選擇來文的 PDF 檔";

/** What each application's form asks anew: the letter it comes with, and the acceptance of liability. */
export async function fillLetter(page: Page, number: string): Promise<void> {
  await page.getByLabel("來文字號").fill(number);
  await page.getByLabel("發文日期").fill(toRocSlashes(inDays(0)));
  await page.getByLabel("機關已閱讀以上責任告知並同意").check();
}

/** From the form on to the page of the letter. */
export async function goOnToLetter(page: Page): Promise<void> {
  await page.getByRole("button", { name: "下一步：來文與送出" }).click();
}

/** The page of the letter refuses what is too large, beside the field or on a page that leads back. */
export async function attachTooLarge(page: Page): Promise<void> {
  for (const [megabytes, told] of [
    [6, "檔案超過 5 百萬位元組"],
    [16, "檔案太大"],
  ] as const) {
    await page.getByLabel(CHOOSE).setInputFiles({ ...FILE, buffer: Buffer.alloc(megabytes * 1_000_000, "x") });
    await page.getByRole("button", { name: "附上來文" }).click();
    await page.getByText(told).first().waitFor();
  }
  await page.getByRole("link", { name: CHOOSE }).click();
}

/** Attaches the letter, and submits. */
export async function attachAndSubmit(page: Page): Promise<void> {
  await page.getByLabel(CHOOSE).setInputFiles(FILE);
  await page.getByRole("button", { name: "附上來文" }).click();
  await page.getByText("已收到一份").waitFor();
  await page.getByRole("button", { name: "送出申請" }).click();
}
