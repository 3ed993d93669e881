import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LANGUAGES } from "../../src/console/language.ts";
import { TEXTS } from "../../src/console/text/index.ts";

const SOURCES = join(import.meta.dirname, "../../src");
/** Rules that a decision in the console may break: of an integration's life, of what it is given, and of people. */
const RULE_FILES = [
  ...["integration", "integration-step", "integration-application", "integration-decision", "integration-rights", "integration-period"].map(
    (topic) => `domain/${topic}.ts`,
  ),
  ...["integration-text", "ip-address", "credential", "password-policy", "login-lock", "console-action"].map(
    (topic) => `domain/${topic}.ts`,
  ),
  ...["query-log-reading", "abnormal-use-decision", "retention", "retention-period", "finding"].map((topic) => `domain/${topic}.ts`),
  ...["domain/quarantine.ts", "domain/dataset-keys.ts", "activities/dataset-import-keys.ts", "console/pages/dataset-trust.ts"],
  ...["console/log-reading.ts", "../db/queries/abnormal-use.ts", "../db/queries/finding.ts"],
  ...[
    "console/log-in.ts",
    "console/password-change.ts",
    "integration-client.ts",
    "retention-client.ts",
    "../db/queries/integration-unseen.ts",
  ],
];

/** Every text, with the place it stands at; functions by what they say about made-up values. */
function texts(value: unknown, place = ""): [place: string, text: string][] {
  if (typeof value === "string") return [[place, value]];
  if (typeof value === "function")
    return [[place, String(value(...["2026-11-24", "2026-11-24", "2026-12-31", "2026-12-31"].slice(0, value.length)))]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${place}.${key}`));
}

describe.each(LANGUAGES)("the words in %s", (language) => {
  const all = texts(TEXTS[language]);

  test("are all there, and none is empty", () => {
    expect(all.length).toBeGreaterThan(250);
    expect(all.filter(([, text]) => text.trim() === "" || text.includes("undefined"))).toEqual([]);
  });

  test("§3(3) §3(5) have a sentence for every rule that may stand against somebody here", () => {
    const codes = RULE_FILES.flatMap((file) => [
      ...readFileSync(join(SOURCES, file), "utf8").matchAll(
        /(?:RuleViolation\(\s*"[^"]+",|broken\()\s*(?:decision \? )?"([a-z-]+)"(?: : "([a-z-]+)")?/g,
      ),
    ]).flatMap(([, one, other]) => [one, other].filter((code) => code !== undefined));
    expect(codes.length).toBeGreaterThan(20);
    const said = new Set(Object.keys(TEXTS[language].rule));
    expect([...new Set(codes)].filter((code) => !said.has(code))).toEqual([]);
  });
});

test("Chinese words hold no English but names and what people type", () => {
  const allowed = /IP|CSV|PDF|MB|Microsoft|Google|Authenticator|English|zh-Hant|en\b|vp_|\{left\}|2026-\d\d-\d\d/g;
  const english = texts(TEXTS["zh-Hant"]).filter(
    ([place, text]) => !/otherLanguage|lang$/.test(place) && /[A-Za-z]/.test(text.replace(allowed, "")),
  );
  expect(english).toEqual([]);
});

test("every page of the console takes its words from the catalogue", () => {
  const folder = join(SOURCES, "console");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.startsWith("text")) continue;
    const code = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    const han = code.match(/[\p{Script=Han}]+/gu) ?? [];
    // The one answer that is given when not even the language can be read.
    if (file !== "app.ts") expect(han, file).toEqual([]);
  }
});
