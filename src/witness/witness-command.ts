import { parseArgs } from "node:util";
import { formatVerifierKey } from "../transparency/verifier-key.ts";
import { createWitness, openWitness, type Witness } from "./open-witness.ts";
import { type ServeSettings, serveWitness } from "./serve-witness.ts";
import { showWitness } from "./show-witness.ts";
import { addLogKey, originOfLogKey, removeLogKey } from "./watched-logs.ts";

export const WITNESS_HELP = `Usage: node bin/witness.ts init --name NAME [--log VKEY] | serve | add-log VKEY | remove-key VKEY | show [--json]
Another office's witness of the query log: it cosigns only what continues the log that it cosigned before. It needs this repository and Node 24, no
database and nothing from npm. docs/witness.md tells more.
init             makes the witness's key and memory in WITNESS_DIR, once; the last line is its own verifier key, for the platform's WITNESSES
serve            answers POST /add-checkpoint (C2SP tlog-witness) until SIGTERM or SIGINT
add-log VKEY     watches a log, or believes a further key of one; the name in the key is the log's origin
remove-key VKEY  no longer believes a key; what was cosigned stays
show             of each log what was cosigned last, when, and what was refused
Environment: WITNESS_DIR (DATA_DIR/witness), HOST (127.0.0.1), PORT (8080).`;

/** Carries out one command. @returns its last line */
export async function runWitnessCommand(argv: string[], settings: ServeSettings & { readonly witnessDirectory: string }): Promise<string> {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { name: { type: "string" }, log: { type: "string", multiple: true, default: [] }, json: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [command, key] = positionals;
  const { witnessDirectory } = settings;
  if (command === "init") {
    // Before anything is made: a witness is set up once.
    for (const log of values.log) originOfLogKey(log);
    return initialise(createWitness(witnessDirectory, values.name ?? ""), values.log);
  }
  if (command === "serve") return serveWitness(openWitness(witnessDirectory), settings);
  if (command === "show") return withLastLine(showWitness(openWitness(witnessDirectory), values.json));
  if (command === "add-log" && key !== undefined) return `Watches ${addLogKey(openWitness(witnessDirectory).store, key)}.`;
  if (command === "remove-key" && key !== undefined)
    return `No longer believes a key of ${removeLogKey(openWitness(witnessDirectory).store, key)}.`;
  throw new Error(WITNESS_HELP);
}

function initialise({ identity, store }: Witness, logs: readonly string[]): string {
  for (const key of logs) console.log(`Watches ${addLogKey(store, key)}.`);
  console.log("This is the witness's verifier key, for the platform's WITNESSES:");
  return formatVerifierKey(identity.key);
}

function withLastLine(lines: string[]): string {
  for (const line of lines.slice(0, -1)) console.log(line);
  return lines.at(-1) ?? "";
}
