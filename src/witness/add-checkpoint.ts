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
    if (decision.status === 409) return { status: 409, contentType: "text/x.tlog.size", body: `${decision.size}\n`, asked };
    if (decision.status === 422) {
      // Without the signatures of others, which anybody can add to fill our disk.
      const { text, verified } = openCheckpoint(request.signedNote, log?.keys ?? []);
      const evidence = formatNote({ text, signatures: verified.map(({ signature }) => signature) });
      store.rows("insert into refused values (?, ?, ?) on conflict do nothing", evidence, origin, now.toISOString());
      return { ...plain(422, decision.reason), asked };
    }
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
