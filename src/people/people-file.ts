import { createHash } from "node:crypto";
import { type Manifest, manifestLine } from "../domain/dataset-import-manifest.ts";
import { toRocDigits } from "../domain/roc-date.ts";
import { encodeBig5 } from "./big5.ts";
import { type MadeUpPerson, makePeople } from "./make-people.ts";

/** A file of made-up people, as an owner unit would deliver it. */
export interface PeopleFile {
  readonly dataset: "household" | "elderly-living-alone" | "disability";
  readonly count: number;
  readonly seed: number;
  /** ISO 8601. */
  readonly asOf: string;
  readonly encoding: "utf-8" | "big5";
  readonly header: "zh" | "en";
  /** `line`: the last line of the file; `beside` or `none`: the file has no such line. */
  readonly manifest: "line" | "beside" | "none";
}

const ROWS_A_CHUNK = 2000;

interface Form {
  readonly header: Readonly<Record<PeopleFile["header"], string>>;
  readonly includes: (person: MadeUpPerson) => boolean;
  readonly line: (person: MadeUpPerson) => string;
}

const LIST_HEADER = { zh: "統一編號,起日,迄日", en: "national_id,valid_from,valid_until" };
const FORMS: Readonly<Record<PeopleFile["dataset"], Form>> = {
  household: {
    header: { zh: "統一編號,姓名,出生日期,原住民身分", en: "national_id,name,birth_date,indigenous" },
    includes: () => true,
    line: ({ nationalId, name, birthDate, indigenous }) => `${nationalId},${name},${toRocDigits(birthDate)},${indigenous ? "Y" : "N"}`,
  },
  "elderly-living-alone": {
    header: LIST_HEADER,
    includes: ({ livesAlone }) => livesAlone,
    line: ({ nationalId }) => `${nationalId},1120101,`,
  },
  disability: { header: LIST_HEADER, includes: ({ disabled }) => disabled, line: ({ nationalId }) => `${nationalId},1100701,` },
};

/**
 * Writes the file (CSV as of RFC 4180), chunk by chunk; returns what a manifest says of it. The names hold neither commas nor quotes, so no field needs quoting.
 */
export function* peopleFile(file: PeopleFile): Generator<Buffer, Manifest> {
  const form = FORMS[file.dataset];
  const digest = createHash("sha256");
  let rows = 0;
  let lines = [form.header[file.header]];
  const flush = (): Buffer => {
    const text = `${lines.join("\r\n")}\r\n`;
    const chunk = file.encoding === "utf-8" ? Buffer.from(text) : encodeBig5(text);
    digest.update(chunk);
    lines = [];
    return chunk;
  };
  for (const person of makePeople(file.count, file.seed)) {
    if (!form.includes(person)) continue;
    lines.push(form.line(person));
    rows += 1;
    if (lines.length >= ROWS_A_CHUNK) yield flush();
  }
  if (lines.length > 0) yield flush();
  const manifest = { dataset: file.dataset, asOf: file.asOf, rows, sha256: digest.digest("hex") };
  if (file.manifest === "line") yield Buffer.from(`${manifestLine(manifest)}\n`);
  return manifest;
}
