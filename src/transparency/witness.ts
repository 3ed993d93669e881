import type { parseAddCheckpoint } from "./add-checkpoint.ts";
import { type Checkpoint, openCheckpoint, type TreeHead } from "./checkpoint.ts";
import { UnverifiedNote, type VerifiedNote } from "./note-signature.ts";
import { verifyConsistency } from "./proof-check.ts";
import { EMPTY_ROOT } from "./tree.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** A log that a witness was told to watch. */
export interface WatchedLog {
  readonly keys: readonly VerifierKey[];
  /** The tree that it cosigned last; undefined when it hasn't yet. */
  readonly latest: TreeHead | undefined;
}

/**
 * What a witness answers, by HTTP status (C2SP tlog-witness). With 200 the caller first keeps `checkpoint` as the log's latest, in the transaction
 * that read `latest`, and then cosigns `text`. With 409 the body is `size` and a newline, as `text/x.tlog.size`: of the tree cosigned last, also
 * where the checkpoint is of that very size and of another tree.
 */
export type WitnessDecision =
  | (VerifiedNote & { readonly status: 200; readonly checkpoint: Checkpoint })
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string };

/**
 * Whether a witness cosigns: only a checkpoint of a watched log, signed by that log, that begins with the tree it cosigned last.
 * A fork or a rollback gets no cosignature.
 * @param request as `parseAddCheckpoint` gives it; what that refuses is answered with 400
 * @param log the one whose origin the request's checkpoint names
 * @clause 4(1)5
 */
export function decideCosignature(request: ReturnType<typeof parseAddCheckpoint>, log: WatchedLog | undefined): WitnessDecision {
  if (log === undefined) return { status: 404, reason: "This witness doesn't watch a log of that origin." };
  const { oldSize, proof, checkpoint } = request;
  const note = openOrUndefined(request.signedNote, log.keys);
  if (note === undefined) return { status: 403, reason: "The log's key hasn't signed this checkpoint." };
  if (oldSize > checkpoint.size) return { status: 400, reason: "The old size is greater than the checkpoint's." };
  const latest = log.latest ?? { size: 0, root: EMPTY_ROOT };
  if (oldSize !== latest.size) return { status: 409, size: latest.size };
  // Another tree of the same size: no proof could show anything.
  if (checkpoint.size === latest.size && !checkpoint.root.equals(latest.root)) return { status: 409, size: latest.size };
  if (!verifyConsistency(oldSize, latest.root, checkpoint.size, checkpoint.root, proof)) {
    return { status: 422, reason: "The proof doesn't show that this tree begins with the one cosigned last." };
  }
  return { status: 200, ...note };
}

function openOrUndefined(signedNote: string, keys: readonly VerifierKey[]): ReturnType<typeof openCheckpoint> | undefined {
  try {
    return openCheckpoint(signedNote, keys);
  } catch (error) {
    if (error instanceof UnverifiedNote) return undefined;
    throw error;
  }
}
