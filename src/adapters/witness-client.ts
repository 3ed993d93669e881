const LONGEST_REPLY = 64 * 1024;

/** What a witness answered. */
export interface WitnessReply {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends `add-checkpoint` (C2SP tlog-witness) to a witness.
 * @param prefix its address; a slash at the end does no harm
 * @throws Error when it can't be reached, is cut off by the signal, or answers more than 64 KiB
 */
export async function postAddCheckpoint(prefix: string, body: string, signal: AbortSignal): Promise<WitnessReply> {
  const response = await fetch(`${prefix.replace(/\/+$/, "")}/add-checkpoint`, { method: "POST", body, signal, redirect: "error" });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LONGEST_REPLY) throw new RangeError("The witness's answer is too long.");
    chunks.push(chunk);
  }
  return { status: response.status, body: Buffer.concat(chunks).toString("utf8") };
}
