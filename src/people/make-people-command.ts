import { createWriteStream, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type { Manifest } from "../domain/dataset-import-manifest.ts";
import { parseDate, taipeiDate } from "../domain/roc-date.ts";
import { type PeopleFile, peopleFile } from "./people-file.ts";

export const MAKE_PEOPLE_HELP = `Usage: node bin/make-people.ts [options]
Writes a CSV file of made-up people, none of them real, as an owner unit would deliver it (before encryption).
  --out FILE          where to; - is standard output (-)
  --count N           how many people to draw from (20000)
  --seed N            the same seed makes the same people (1)
  --dataset CODE      household, elderly-living-alone or disability (household)
  --encoding NAME     utf-8 or big5 (utf-8)
  --header LANGUAGE   zh or en (zh)
  --as-of DATE        as-of date, ISO 8601 (today)
  --manifest WHERE    line, beside (FILE.manifest.json) or none (line)`;

/**
 * Runs `bin/make-people`.
 * @returns the sentence to end with; empty where standard output holds the file
 * @throws Error in one sentence for an option that makes no sense
 */
export async function runMakePeople(argv: string[]): Promise<string> {
  const { values } = parseArgs({
    args: argv,
    options: {
      out: { type: "string", default: "-" },
      count: { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
      dataset: { type: "string", default: "household" },
      encoding: { type: "string", default: "utf-8" },
      header: { type: "string", default: "zh" },
      "as-of": { type: "string", default: taipeiDate(Date.now()) },
      manifest: { type: "string", default: "line" },
    },
  });
  const { out, "as-of": asOf } = values;
  if (parseDate(asOf) !== asOf) throw new Error("--as-of must be a date such as 2026-11-01.");
  const file: PeopleFile = {
    dataset: oneOf("--dataset", values.dataset, ["household", "elderly-living-alone", "disability"]),
    count: wholeNumber("--count", values.count),
    seed: wholeNumber("--seed", values.seed),
    asOf,
    encoding: oneOf("--encoding", values.encoding, ["utf-8", "big5"]),
    header: oneOf("--header", values.header, ["zh", "en"]),
    manifest: oneOf("--manifest", values.manifest, ["line", "beside", "none"]),
  };
  if (file.manifest === "beside" && out === "-") throw new Error("--manifest beside needs a file: give --out a name.");
  let manifest: Manifest | undefined;
  async function* chunks() {
    manifest = yield* peopleFile(file);
  }
  if (out === "-") {
    await pipeline(chunks, process.stdout, { end: false }).catch(unlessReaderLeft);
    return "";
  }
  await pipeline(chunks, createWriteStream(out));
  if (file.manifest === "beside") writeFileSync(`${out}.manifest.json`, `${JSON.stringify(manifest)}\n`);
  return `Wrote ${manifest?.rows} made-up people to ${out}.`;
}

/** A reader such as `head` may have seen enough. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function wholeNumber(option: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new Error(`${option} must be a whole number.`);
  return Number(value);
}

function oneOf<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((known) => known === value);
  if (choice === undefined) throw new Error(`${option} must be one of ${choices.join(", ")}.`);
  return choice;
}
