import { randomUUID } from "node:crypto";
import { basename, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Client, WorkflowFailedError, WorkflowNotFoundError } from "@temporalio/client";
import { inboxFolder } from "./activities/dataset-import-place.ts";
import { claimDelivery, isDeliveryName } from "./adapters/delivery-folder.ts";
import { errorCode, fileState } from "./adapters/file-state.ts";
import type { Config } from "./config.ts";
import { askForKeys, decide, getImportHandle, type ImportHandle, importRows, startDatasetImport } from "./dataset-import-client.ts";
import { requireAccount } from "./domain/appointment.ts";
import type { Rejection } from "./domain/dataset-import.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import { type ImportOutcome, type ImportProgress, importProgress } from "./workflows/dataset-import.ts";

export const IMPORT_HELP = `Usage: node bin/import.ts FILE --as ACCOUNT [--dataset CODE]     take FILE, import it, destroy it; shows progress to the end
       node bin/import.ts show IMPORT_ID                          follow an import, also one from the drop folder
       node bin/import.ts decide IMPORT_ID destroy|retry --as ACCOUNT --reason TEXT
                                                                  what becomes of a rejected file; undecided, it is destroyed after 7 days

  FILE       *.pgp, *.gpg or *.asc, encrypted to the platform and signed by the owner unit. It is moved into the platform and destroyed.
  ACCOUNT    of the dedicated officer (bin/appoint.ts); what anybody else delivers is rejected
  --dataset  household, elderly-living-alone, disability; else the manifest, the delivery key or the file's name tells
  --json     the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR, INBOX_DIR.
Exit code 0: imported (or decided); 2: rejected, the file waits in quarantine or is destroyed; 1: not done, and why.`;

const REJECTED = 2;
const LOOK_EVERY = 500;
/** Putting a file on record takes seconds, unless it is huge (milliseconds). */
const USUALLY_RECEIVED_AFTER = 5000;
const LATE = "receiving: still. A huge file takes its time; if it stays so, INBOX_DIR is another folder here than where the worker runs.";
const TEXT = { type: "string" } as const;
const OPTIONS = {
  as: TEXT,
  dataset: TEXT,
  reason: TEXT,
  json: { type: "boolean" },
} as const;

/** Imports a file, follows an import, or decides about a rejected file; returns the last line. */
export async function runImportCommand(
  argv: string[],
  config: Config,
  withClient: <T>(use: (client: Client) => Promise<T>) => Promise<T>,
): Promise<string> {
  const { positionals, values } = parseArgs({
    args: argv,
    options: OPTIONS,
    allowPositionals: true,
  });
  const [first = "", importId = "", choice = ""] = positionals;
  if (first === "decide") return withClient((client) => takeDecision(client, importId, choice, values));
  if (first === "show") return withClient((client) => follow(client, importId, getImportHandle(client, importId), values.json === true));
  if (first === "" || values.as === undefined || values.as.trim() === "")
    throw new Error("Name a file, and say who imports it: bin/import.ts FILE --as ACCOUNT (--help tells more).");
  const deliveredBy = values.as;
  requireAccount(deliveredBy);
  if (positionals.length > 1) throw new Error(`One file at a time: ${first} is the first; what else is named is another import.`);
  return withClient(async (client) => {
    if (values.dataset !== undefined) await requireDataset(client, config.taskQueue, values.dataset);
    const id = await takeFile(config, resolve(first), {
      deliveredBy,
      ...(values.dataset !== undefined && { datasetCode: values.dataset }),
    });
    console.log(`Import ${id}: ${basename(first)} is taken.`);
    return follow(client, id, await startDatasetImport(client, config.taskQueue, id), values.json === true);
  });
}

/** Before the file is taken: it would be rejected for good under a wrong name. */
async function requireDataset(client: Client, taskQueue: string, code: string): Promise<void> {
  const { datasets = [] } = await askForKeys(client, taskQueue, { action: "list" });
  const codes = datasets.map((dataset) => dataset.code);
  if (!codes.includes(code)) throw new Error(`There is no dataset ${code}: --dataset is one of ${codes.join(", ")}.`);
}

async function takeFile(config: Config, path: string, note: { deliveredBy: string; datasetCode?: string }): Promise<string> {
  if (!isDeliveryName(basename(path))) throw new Error(`${basename(path)} is no delivery: its name must end in .pgp, .gpg or .asc.`);
  const id = randomUUID();
  try {
    if ((await fileState(path)) !== undefined && (await claimDelivery(path, inboxFolder(config, id), note))) return id;
  } catch (error) {
    throw new Error(
      `${path} can't be taken, since it could not be destroyed afterwards (${errorCode(error) ?? "unknown"}): give the platform a copy of its own.`,
    );
  }
  throw new Error(`There is no file ${path} (a link is none: name the file itself).`);
}

async function takeDecision(
  client: Client,
  importId: string,
  choice: string,
  { as: actor = "", reason = "" }: { as?: string; reason?: string },
): Promise<string> {
  try {
    await decide(client, importId, {
      choice: choice as "destroy" | "retry",
      actor,
      reason,
    });
  } catch (error) {
    if (error instanceof RuleViolation) throw new Error(`${error.message} (${error.code}, clause ${error.clause})`, { cause: error });
    throw error;
  }
  return choice === "retry" ? `Import ${importId} is tried again.` : `Import ${importId}: its file is destroyed.`;
}

/** Shows where an import stands until it has ended or its file waits for a decision. */
async function follow(client: Client, importId: string, handle: ImportHandle, json: boolean): Promise<string> {
  const leaving = new AbortController();
  try {
    return await showProgress(client, importId, handle, json, leaving.signal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Error(`There is no import ${importId}: its number is in the line that began it, and on the console's page of its dataset.`);
  } finally {
    // Nothing is left waiting that would keep the command.
    leaving.abort();
  }
}

async function showProgress(client: Client, importId: string, handle: ImportHandle, json: boolean, left: AbortSignal): Promise<string> {
  // Whoever waits hears of the end at once. It is one long question: short ones the server answers at once, and they would be asked without a pause.
  const ended = client
    .withAbortSignal(left, () => handle.result())
    .catch((error: unknown) => (error instanceof WorkflowFailedError ? error : Promise.withResolvers<never>().promise));
  const started = Date.now();
  let shown = "";
  for (;;) {
    const progress = await handle.query(importProgress);
    const rows = progress.stage === "loading" ? await importRows(client, handle) : 0;
    const isLate = progress.stage === "receiving" && Date.now() - started > USUALLY_RECEIVED_AFTER;
    const line = isLate ? LATE : rows > 0 ? `loading: ${rows} rows` : progress.stage;
    if (line !== shown) console.log(line);
    shown = line;
    if (progress.stage === "quarantined") return lastLine(importId, waiting(progress), json, progress.rejection);
    const outcome = await Promise.race([ended, setTimeout(LOOK_EVERY, undefined, { signal: left })]);
    if (outcome instanceof WorkflowFailedError)
      throw new Error(
        `Somebody ended the process of import ${importId}. The platform begins another within ten minutes, since its file must not stay: show it again then.`,
      );
    if (outcome !== undefined) return lastLine(importId, outcome, json);
  }
}

function waiting({ rejection, waitsUntil = 0 }: ImportProgress) {
  return {
    imported: false as const,
    quarantined: true,
    waitsUntil: new Date(waitsUntil).toISOString(),
    ...(rejection && { rejection }),
  };
}

const KEY_WORDS = {
  died: "The delivery key died with it.",
  delivery: "Its delivery key was gone before.",
  standing: "It was encrypted to the standing key, which lives on.",
  none: "",
} as const;

function lastLine(
  importId: string,
  outcome: ImportOutcome | ReturnType<typeof waiting>,
  json: boolean,
  rejection: Rejection | undefined = outcome.rejection,
): string {
  if (!outcome.imported) process.exitCode = REJECTED;
  if (json) return JSON.stringify({ importId, ...outcome });
  if (rejection !== undefined) for (const { line, code } of rejection.lines) console.log(`line ${line}: ${code}`);
  if ("quarantined" in outcome) {
    return `Import ${importId} is rejected (${rejection?.code}). The file waits, encrypted, until ${outcome.waitsUntil}: decide with bin/import.ts decide ${importId} destroy|retry.`;
  }
  if (!outcome.imported)
    return `Import ${importId} is rejected (${rejection?.code}), and its file is destroyed (certificate ${outcome.certificateIds.join(", ")}).`;
  const key = KEY_WORDS[outcome.keyDestroyed ? "died" : outcome.keyKind];
  return `Imported ${outcome.rowsRead - outcome.badRows} rows as of ${outcome.asOf} (${outcome.badRows} left out), and destroyed the file. ${key} Certificates: ${outcome.certificateIds.join(", ")}.`;
}
