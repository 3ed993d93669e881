import { createHash } from "node:crypto";
import iconv from "iconv-lite";
import { type Manifest, manifestLine } from "../domain/dataset-import-manifest.ts";
import { toRocDigits } from "../domain/roc-date.ts";
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
  "elderly-living-alone": { header: LIST_HEADER, includes: ({ livesAlone }) => livesAlone, line: ({ nationalId }) => `${nationalId},1120101,` },
  disability: { header: LIST_HEADER, includes: ({ disabled }) => disabled, line: ({ nationalId }) => `${nationalId},1100701,` },
};

/**
 * Writes the file, chunk by chunk; returns what a manifest says of it. The names hold neither commas nor quotes, so no field needs quoting.
 */
export function* peopleFile(file: PeopleFile): Generator<Buffer, Manifest> {
  const form = FORMS[file.dataset];
  const digest = createHash("sha256");
  let rows = 0;
  let lines = [form.header[file.header]];
  const flush = (): Buffer => {
    const chunk = encode(`${lines.join("\n")}\n`, file.encoding);
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

function encode(text: string, encoding: PeopleFile["encoding"]): Buffer {
  return encoding === "utf-8" ? Buffer.from(text) : iconv.encode(text.replace(/[^\x00-\x7f]/gu, inBig5), "cp950");
}

const BIG5_FORMS = new Map<string, string>();

/** The character if Big5 has it, else the mark that offices put in its place. */
function inBig5(character: string): string {
  let form = BIG5_FORMS.get(character);
  if (form === undefined) {
    form = iconv.decode(iconv.encode(character, "cp950"), "cp950") === character ? character : "■";
    BIG5_FORMS.set(character, form);
  }
  return form;
}
