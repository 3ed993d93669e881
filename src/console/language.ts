import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isTls } from "./cookies.ts";

export const LANGUAGES = ["zh-Hant", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const NAME = "language";
const YEAR = 31_536_000;

/** The language that was chosen, else the first of the browser's that we speak, else Chinese. */
export function languageOf(c: Context): Language {
  const chosen = getCookie(c, NAME);
  const wished = [chosen ?? "", ...(c.req.header("accept-language") ?? "").split(",")].map((tag) => tag.trim().toLowerCase());
  const known = wished.find((tag) => /^(zh|en)\b/.test(tag));
  return known?.startsWith("en") ? "en" : "zh-Hant";
}

export function chooseLanguage(c: Context, origin: string | undefined, language: Language): void {
  setCookie(c, NAME, language, { path: "/", httpOnly: true, sameSite: "Strict", secure: isTls(origin), maxAge: YEAR });
}
