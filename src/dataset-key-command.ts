import { readFile, rm, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import type { DatasetKeyAnswer, IssuedKey } from "./activities/dataset-import-keys.ts";
import { errorCode } from "./adapters/file-state.ts";
import { type DatasetKeyRequest, spacedFingerprint } from "./domain/dataset-keys.ts";
import { RuleViolation } from "./domain/rule-violation.ts";

export const DELIVERY_KEY_HELP = `Usage: node bin/delivery-key.ts issue --dataset CODE --out FILE --as ACCOUNT --reason TEXT [--days 30] [--v6] [--rsa]
                                    a fresh key for one delivery; FILE gets its public half for the supplier. Its private half is destroyed
                                    with the delivered file. GnuPG 2.2 can encrypt to it; --v6 makes an RFC 9580 key with AEAD instead,
                                    --rsa one for tools that know no elliptic curves
       node bin/delivery-key.ts list
       node bin/delivery-key.ts revoke FINGERPRINT --as ACCOUNT --reason TEXT      destroys the private half now
       node bin/delivery-key.ts platform --out FILE                                the platform's signing key, which certifies delivery keys
       node bin/delivery-key.ts standing --out FILE                                for suppliers who can't take delivery keys

  ACCOUNT must hold the dedicated officer's office: bin/appoint.ts
  FILE    - is standard output
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

export const DATASET_HELP = `Usage: node bin/dataset.ts list
       node bin/dataset.ts trust --dataset CODE --key FILE --as ACCOUNT --reason TEXT [--fingerprint HEX]
                               trusts the public key of the unit that owns the dataset; compare the fingerprint that it shows with the unit,
                               by telephone or in person. With --fingerprint it refuses any other key
       node bin/dataset.ts distrust FINGERPRINT --dataset CODE --as ACCOUNT --reason TEXT

  ACCOUNT must hold the dedicated officer's office: bin/appoint.ts
  FILE    - is standard input
  --json  the last line is one JSON object

Environment: TEMPORAL_ADDRESS (else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

/** In the place of a file's name: standard input or output, so that a key goes in and out of a container without being stored there. */
const STREAM = "-";
const TEXT = { type: "string" } as const;
const OPTIONS = {
  ...{
    dataset: TEXT,
    out: TEXT,
    as: TEXT,
    reason: TEXT,
    days: TEXT,
    key: TEXT,
    fingerprint: TEXT,
  },
  v6: { type: "boolean" },
  rsa: { type: "boolean" },
  json: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parse>["values"];
/** Has the platform's worker do it. */
export type AskForKeys = (request: DatasetKeyRequest) => Promise<DatasetKeyAnswer>;

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/** Issues, lists and revokes delivery keys; returns the last line. */
export async function runDeliveryKeyCommand(argv: string[], ask: AskForKeys): Promise<string> {
  const { positionals, values } = parse(argv);
  const [action = "", fingerprint = ""] = positionals;
  const { as: actor = "", reason = "" } = values;
  switch (action) {
    case "issue": {
      const out = required(values.out, "--out FILE");
      const dataset = required(values.dataset, "--dataset CODE");
      const key = { action, dataset, version: values.v6 ? 6 : 4, rsa: values.rsa === true, days: Number(values.days ?? 30) } as const;
      const answer = await intoNewFile(out, () => asked(ask, { ...key, actor, reason }));
      return handOut(
        values,
        out,
        answer,
        `Delivery key ${answer.fingerprint} for ${dataset}, valid until ${answer.expiresAt?.slice(0, 10)}: its public half is in ${placeOf(out)}.`,
      );
    }
    case "revoke":
      return told(
        values,
        await asked(ask, {
          action,
          fingerprint: normal(fingerprint),
          actor,
          reason,
        }),
        `Delivery key ${normal(fingerprint)} is destroyed.`,
      );
    case "list": {
      const { deliveryKeys = [] } = await asked(ask, { action });
      if (!values.json) for (const key of deliveryKeys) console.log(summary(key));
      return told(values, { deliveryKeys }, `${deliveryKeys.length} delivery keys.`);
    }
    case "platform":
    case "standing": {
      const out = required(values.out, "--out FILE");
      const { publicKey = "", signingKey = "" } = await intoNewFile(out, () => asked(ask, { action: "platform-keys" }));
      return handOut(
        values,
        out,
        { publicKey: action === "platform" ? signingKey : publicKey },
        `The platform's ${action === "platform" ? "signing" : "standing"} key is in ${placeOf(out)}.`,
      );
    }
    default:
      throw new Error(`There is no action "${action}"; --help lists them.`);
  }
}

/** Lists datasets, and trusts or distrusts the keys of their owner units; returns the last line. */
export async function runDatasetCommand(argv: string[], ask: AskForKeys): Promise<string> {
  const { positionals, values } = parse(argv);
  const [action = "", fingerprint = ""] = positionals;
  const { as: actor = "", reason = "" } = values;
  switch (action) {
    case "list": {
      const { datasets = [] } = await asked(ask, { action });
      if (!values.json) {
        for (const { code, ownerUnit, trusted } of datasets) {
          console.log(
            `${code}  ${ownerUnit}  ${trusted.map((key) => `${key.fingerprint} ${key.userIds.join(", ")}`).join("; ") || "no key trusted yet"}`,
          );
        }
      }
      return told(values, { datasets }, `${datasets.length} datasets.`);
    }
    case "trust": {
      const file = required(values.key, "--key FILE");
      const publicKey = file === STREAM ? await text(process.stdin) : await readFile(file, "utf8");
      const dataset = required(values.dataset, "--dataset CODE");
      const answer = await asked(ask, {
        ...{ action, dataset, publicKey },
        ...(values.fingerprint !== undefined && { fingerprint: normal(values.fingerprint) }),
        actor,
        reason,
      });
      return told(
        values,
        answer,
        `Trusted for ${dataset}: ${spacedFingerprint(answer.fingerprint ?? "")}. Compare it with the unit before the first delivery.`,
      );
    }
    case "distrust": {
      const dataset = required(values.dataset, "--dataset CODE");
      await asked(ask, {
        action,
        dataset,
        fingerprint: normal(fingerprint),
        actor,
        reason,
      });
      return told(values, { fingerprint: normal(fingerprint) }, `No longer trusted: ${spacedFingerprint(normal(fingerprint))}.`);
    }
    default:
      throw new Error(`There is no action "${action}"; --help lists them.`);
  }
}

async function asked(ask: AskForKeys, request: DatasetKeyRequest): Promise<DatasetKeyAnswer> {
  try {
    return await ask(request);
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    throw new Error(`${error.message} (${error.code}, clause ${error.clause})`, { cause: error });
  }
}

/** Makes the file first, so that no key is made that can't be handed out, nor another file lost. @throws Error in one sentence */
async function intoNewFile(out: string, ask: () => Promise<DatasetKeyAnswer>): Promise<DatasetKeyAnswer> {
  if (out === STREAM) return ask();
  try {
    await writeFile(out, "", { flag: "wx" });
  } catch (error) {
    const why = errorCode(error) === "EEXIST" ? "is there already" : `can't be written (${errorCode(error) ?? "unknown"})`;
    throw new Error(`${out} ${why}: give --out another name.`, { cause: error });
  }
  try {
    return await ask();
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  }
}

/** Writes a public key where it was asked for; where that is standard output nothing else goes there. */
async function handOut(values: Values, out: string, answer: DatasetKeyAnswer, sentence: string): Promise<string> {
  const { publicKey = "" } = answer;
  if (out !== STREAM) await writeFile(out, publicKey);
  if (out !== STREAM || values.json) return told(values, answer, sentence);
  console.error(sentence);
  return publicKey.trimEnd();
}

function placeOf(out: string): string {
  return out === STREAM ? "standard output" : out;
}

function told({ json }: Values, answer: DatasetKeyAnswer, sentence: string): string {
  return json ? JSON.stringify(answer) : sentence;
}

function summary({ fingerprint, datasetCode, issuedBy, issuedAt, expiresAt, destroyedAt }: IssuedKey): string {
  const state = destroyedAt === null ? `until ${expiresAt.slice(0, 10)}` : `destroyed ${destroyedAt.slice(0, 19)}`;
  return `${fingerprint}  ${datasetCode}  issued ${issuedAt.slice(0, 10)} by ${issuedBy}  ${state}`;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new Error(`${option} is missing; --help tells more.`);
  return value;
}

function normal(fingerprint: string): string {
  return fingerprint.replaceAll(/[\s:]/g, "").toLowerCase();
}
