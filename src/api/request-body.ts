import type { IncomingMessage } from "node:http";
import type { BodyRoom } from "./body-room.ts";
import { Refusal } from "./problem.ts";
import { atEndOfTurn } from "./turn.ts";

/** Bytes that a request body may have. */
const MAXIMUM_BYTES = 1_048_576;
/** Bytes that are read of anybody: more than any question about one person takes. */
const STRANGERS_BYTES = 16_384;

/** Pieces after which they are put together: each costs a hundred bytes beside its own, and may have one only. */
const MOST_PIECES = 128;

/** How much of a body is kept, and what is said to one that is larger. */
export interface BodyLimit {
  readonly bytes: number;
  readonly refusal: () => unknown;
  /** Called when nothing more comes. */
  readonly done?: () => void;
}

/** Who sends a body. */
export interface Sender {
  readonly known: boolean;
  /** What stands against an answer; undefined when nothing does. */
  readonly error: unknown;
}

/** The caller has gone away in mid-body: nothing was asked, and nobody is there to be refused. */
export class CallerGone extends Error {
  override name = "CallerGone";
}

const tooLarge = () => new Refusal("body-too-large", "A body has at most 1 MiB: split the batch.");
const noRoom = () => new Refusal("overloaded", "Too many large batches are under way: try again shortly.", { retryAfter: 1 });
const OF_ANYBODY: BodyLimit = { bytes: STRANGERS_BYTES, refusal: tooLarge };

/**
 * Nobody fills our memory: more than a question takes is read of known callers only, and of them no more at once than there is room for. What is
 * known of somebody is logged, whatever will stand against it, so it is read as long as their room lasts.
 * @param senderOf asked only where it matters; what stands against a sender is said where there is no room for the body
 */
export function limitOf(incoming: IncomingMessage, room: BodyRoom, senderOf: () => Sender): BodyLimit {
  const length = Number(incoming.headers["content-length"]);
  if (length <= STRANGERS_BYTES) return OF_ANYBODY;
  const { known, error } = senderOf();
  // A body in pieces may be of any length.
  const bytes = length < MAXIMUM_BYTES ? length : MAXIMUM_BYTES;
  const done = known ? room.take(error === undefined ? "mayAsk" : "known", bytes) : undefined;
  if (done !== undefined) return { bytes: MAXIMUM_BYTES, refusal: tooLarge, done };
  return { bytes: STRANGERS_BYTES, refusal: error === undefined ? noRoom : () => error };
}

/**
 * Reads a whole body, straight from Node's stream: going through a web Request costs as much as all of the validation.
 * A body that is too large is read to its end but not kept, so that the caller can hear the answer.
 * @throws the limit's refusal; CallerGone
 */
export function readBody(incoming: IncomingMessage, limit: BodyLimit): Promise<Buffer> {
  const body = collect(incoming, limit);
  return limit.done === undefined ? body : body.finally(limit.done);
}

function collect(incoming: IncomingMessage, { bytes, refusal }: BodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers["content-length"] ?? 0) > bytes) {
      incoming.resume();
      reject(refusal());
      return;
    }
    const gone = () => reject(new CallerGone("The caller went away before all had come."));
    // Perhaps before anybody listened.
    if (incoming.destroyed) gone();
    const chunks: Buffer[] = [];
    /** How many of them have been joined. */
    let whole = 0;
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytes) chunks.length = whole = 0;
      else if (chunks.push(chunk) - whole > MOST_PIECES) {
        // Only what came in pieces since is joined, so that each byte is copied once.
        chunks.push(Buffer.concat(chunks.splice(whole)));
        whole = chunks.length;
      }
    });
    incoming.on("end", () => {
      if (size > bytes) reject(refusal());
      else atEndOfTurn(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    });
    incoming.on("error", gone);
  });
}

/** @throws Refusal `unsupported-media-type` */
export function requireJson(incoming: IncomingMessage): void {
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers["content-type"] ?? ""))
    throw new Refusal("unsupported-media-type", "Send the question as application/json.");
}

/**
 * Parses a JSON body, whatever it calls itself: who asks under another name is refused, and what they asked is on record. Invalid UTF-8 is
 * malformed, never silently replaced.
 * @throws Refusal `malformed-json`
 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new Refusal("malformed-json", "The body is not JSON in UTF-8: see /docs for its form.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
