import { parseAddCheckpoint } from "../transparency/add-checkpoint.ts";
import { openCheckpoint } from "../transparency/checkpoint.ts";
import { cosign } from "../transparency/cosignature.ts";
import { Malformed } from "../transparency/malformed.ts";
import { formatNote, formatSignatureLine } from "../transparency/note.ts";
import { decideCosignature } from "../transparency/witness.ts";
import { findLog, type WitnessIdentity } from "./watched-logs.ts";
import type { WitnessStore } from "./witness-store.ts";

/** What a request is answered with. */
export interface WitnessAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The log and the size asked for, once the log has shown to have signed them. */
  readonly asked?: { readonly origin: string; readonly size: number };
}

/** Refused checkpoints kept of a log; beyond them only what proves a fork by itself is. */
const MOST_REFUSED = 1000;

/**
 * Keeps what a log signed and was refused for. A stranger can send a true checkpoint with a wrong proof: what was cosigned itself is nothing to keep, and
 * of the rest so much that nobody fills our disk. Two roots of one size are always kept, since only the log's key can have made them.
 */
function keepRefused(
  store: WitnessStore,
  { checkpoint, signedNote }: ReturnType<typeof parseAddCheckpoint>,
  log: ReturnType<typeof findLog>,
  now: Date,
): void {
  const { origin } = checkpoint;
  if (log?.latest?.size === checkpoint.size) {
    if (log.latest.root.equals(checkpoint.root)) return;
  } else {
    const [row] = store.rows("select count(*) as kept from refused where origin = ?", origin);
    if (Number(row?.["kept"]) >= MOST_REFUSED) return;
  }
  // Without the signatures of others, which anybody can add.
  const { text, verified } = openCheckpoint(signedNote, log?.keys ?? []);
  const evidence = formatNote({ text, signatures: verified.map(({ signature }) => signature) });
  store.rows("insert into refused values (?, ?, ?) on conflict do nothing", evidence, origin, now.toISOString());
}

/**
 * Answers `add-checkpoint` (C2SP tlog-witness). When it returns a cosignature, the checkpoint is already kept: no end of the process, however hard,
 * leaves a cosignature in the world that this witness doesn't remember.
 * @param body as it came
 * @throws UnreliableState, and what SQLite throws when it can't keep something; nothing is signed then
 * @clause 4(1)5
 */
export function answerAddCheckpoint(store: WitnessStore, identity: WitnessIdentity, body: Uint8Array, now: Date): WitnessAnswer {
  const request = parseOrReason(body);
  if (typeof request === "string") return plain(400, request);
  const { origin, size } = request.checkpoint;
  // Reading what was cosigned last, deciding and keeping are one step, or two requests at once could both be right.
  return store.inTransaction(() => {
    const log = findLog(store, identity, origin);
    const decision = decideCosignature(request, log);
    const asked = { origin, size };
    // Of the size cosigned last: perhaps another tree.
    if (decision.status === 422 || (decision.status === 409 && decision.size === size)) keepRefused(store, request, log, now);
    if (decision.status === 409) return { status: 409, contentType: "text/x.tlog.size", body: `${decision.size}\n`, asked };
    if (decision.status === 422) return { ...plain(422, decision.reason), asked };
    if (decision.status !== 200) return plain(decision.status, decision.reason);
    const cosignature = cosign(decision.text, identity, Math.floor(now.getTime() / 1000));
    const signatures = [...decision.verified.map(({ signature }) => signature), cosignature];
    store.rows("update log set latest = ? where origin = ?", formatNote({ text: decision.text, signatures }), origin);
    return { ...plain(200, formatSignatureLine(cosignature).trimEnd()), asked };
  });
}

function plain(status: number, line: string): WitnessAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${line}\n` };
}

function parseOrReason(body: Uint8Array): ReturnType<typeof parseAddCheckpoint> | string {
  try {
    return parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}
