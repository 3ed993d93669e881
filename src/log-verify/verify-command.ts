import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseVerifierKey } from "../transparency/verifier-key.ts";
import type { Receipt } from "./check-history.ts";
import type { Finding } from "./finding.ts";
import type { Report } from "./report.ts";
import { type Evidence, verifyExport } from "./verify-export.ts";

export const VERIFY_LOG_HELP = `Usage: node bin/verify-log.ts EXPORT.zip --key KEY [--witness KEY …] [--checkpoint FILE …] [--receipt HASH@PLACE …] [--json]
Verifies an export of the query log (bin/export-log, docs/log-format.md) by itself, without database and network: hashes every entry anew and
says which entry, of which month, was changed, removed, added or moved; whether columns say what their entries say; whether the tree is the one
that was signed, and grew from every one that was signed before.
  --key KEY             the log's verifier key, name+ID+base64, which you have from the platform's operator, not from the export; after a
                        rotation give each
  --witness KEY         the verifier key of a witness, whose cosignature must then be there
  --checkpoint FILE     a signed checkpoint that was kept elsewhere: the one printed on a record list, or the witness'
  --receipt HASH@PLACE  leaf hash and place of an answer's receipt, which must then be in the log
  --json                the last line is one JSON object

Exit code 0: all is well; 1: something is wrong; 2: the command was not understood, or a file can't be read.`;

const TEXTS = { type: "string", multiple: true, default: [] as string[] } as const;
const RECEIPT = /^([0-9a-f]{64})@(\d{1,15})$/;
const PROGRESS_EVERY = 1000;

/**
 * Runs `bin/verify-log`.
 * @returns its exit code
 */
export async function runVerifyLog(argv: string[], print: (line: string) => void, tell: (line: string) => void): Promise<0 | 1 | 2> {
  try {
    const { path, evidence, json } = readArguments(argv);
    let told = Date.now();
    const progress = (entries: number) => {
      if (Date.now() - told < PROGRESS_EVERY) return;
      told = Date.now();
      tell(`${entries} entries checked`);
    };
    const report = await verifyExport(path, evidence, { now: Date.now(), progress });
    for (const line of linesOf(report)) print(onOneLine(line));
    print(json ? JSON.stringify(report) : onOneLine(report.sentence));
    return report.ok ? 0 : 1;
  } catch (error) {
    tell(error instanceof Error ? error.message : "The export could not be verified.");
    return 2;
  }
}

function readArguments(argv: string[]): { path: string; evidence: Evidence; json: boolean } {
  const options = { key: TEXTS, witness: TEXTS, checkpoint: TEXTS, receipt: TEXTS, json: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new Error("Name one export to verify; --help says more.");
  if (values.key.length === 0) throw new Error("Give the log's verifier key with --key: without it nothing tells who signed.");
  const evidence: Evidence = {
    log: values.key.map(parseVerifierKey),
    witnesses: values.witness.map(parseVerifierKey),
    kept: values.checkpoint.map((file) => ({ from: file, note: readFileSync(file) })),
    receipts: values.receipt.map(parseReceipt),
  };
  return { path, evidence, json: values.json };
}

function parseReceipt(text: string): Receipt {
  const [, leafHash, index] = RECEIPT.exec(text) ?? [];
  if (leafHash === undefined)
    throw new Error("--receipt takes a leaf hash of 64 hexadecimal digits, @, and a place: the receipt of an answer.");
  return { leafHash, index: Number(index) };
}

function linesOf({ findings, counts, remarks }: Report): string[] {
  const shown = findings.length;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [...findings.map(lineOf), ...(all > shown ? [`… and ${all - shown} more.`] : []), ...remarks.map((remark) => `Note: ${remark}`)];
}

function lineOf({ kind, what, entryId, month }: Finding): string {
  return `${kind}: ${what}${entryId === undefined ? "" : ` (entry ${entryId}${month === undefined ? "" : `, month ${month}`})`}`;
}

/** What an export says of itself must not look like what we say of it, nor steer a terminal. */
function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
