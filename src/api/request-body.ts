import type { IncomingMessage } from "node:http";
import { Refusal } from "./problem.ts";

/** Bytes that a request body may have. */
export const MAXIMUM_BODY_BYTES = 1_048_576;

/**
 * Reads a whole body, straight from Node's stream: going through a web Request costs as much as all of the validation.
 * A body that is too large is read to its end but not kept, so that the caller can hear the answer.
 * @throws Refusal `body-too-large`
 */
export function readBody(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(new Refusal("body-too-large", "A body has at most 1 MiB: split the batch."));
    if (Number(incoming.headers["content-length"] ?? 0) > MAXIMUM_BODY_BYTES) {
      incoming.resume();
      tooLarge();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAXIMUM_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    incoming.on("end", () =>
      size > MAXIMUM_BODY_BYTES ? tooLarge() : resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    // Also when the caller goes away.
    incoming.on("error", reject);
  });
}

/**
 * Parses a JSON body; invalid UTF-8 is malformed, never silently replaced.
 * @throws Refusal `unsupported-media-type` or `malformed-json`
 */
export function parseJson(incoming: IncomingMessage, body: Buffer): unknown {
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers["content-type"] ?? "")) {
    throw new Refusal("unsupported-media-type", "Send the question as application/json.");
  }
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new Refusal("malformed-json", "The body is not JSON in UTF-8: see /docs for its form.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
