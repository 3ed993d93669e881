import type { Language } from "../language.ts";
import { en } from "./en.ts";
import { type Text, zhHant } from "./zh-Hant.ts";

export type { Text } from "./zh-Hant.ts";

export const TEXTS: Readonly<Record<Language, Text>> = { "zh-Hant": zhHant, en };
