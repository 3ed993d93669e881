import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Payload, PayloadCodec, SerializationContext } from "@temporalio/common";
import type { KeyRing } from "./key-store.ts";

const ENCODING = "binary/encrypted";
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** What Temporal holds was not sealed by us, or for another process. */
export class PayloadRefused extends Error {
  override name = "PayloadRefused";
}

/**
 * Encrypts everything that Temporal stores (AES-256-GCM): vector, ciphertext, tag. The key's id stands beside it in the clear; it and the id of
 * the workflow are authenticated, so that a step sealed for one process fits no other. What was never sealed is refused: who reaches Temporal
 * without the key can forge no decision. Histories hold ids, hashes and officers' texts only; this is the second line behind that rule.
 */
export function createPayloadCodec(keys: KeyRing): PayloadCodec {
  return {
    encode: async (payloads, context) => payloads.map((payload) => seal(payload, keys, context)),
    decode: async (payloads, context) => payloads.map((payload) => open(payload, keys, context)),
  };
}

function seal(payload: Payload, keys: KeyRing, context: SerializationContext | undefined): Payload {
  const vector = randomBytes(VECTOR_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keys.current, vector);
  cipher.setAAD(boundTo(keys.currentId, context));
  const body = Buffer.concat([cipher.update(serialise(payload), "utf8"), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), "key-id": Buffer.from(keys.currentId) },
    data: Buffer.concat([vector, body, cipher.getAuthTag()]),
  };
}

function open(payload: Payload, keys: KeyRing, context: SerializationContext | undefined): Payload {
  if (text(payload.metadata?.["encoding"]) !== ENCODING) throw new PayloadRefused("A payload in Temporal was not sealed with our key.");
  const keyId = text(payload.metadata?.["key-id"]);
  const bytes = Buffer.from(payload.data ?? []);
  const decipher = createDecipheriv("aes-256-gcm", keys.get(keyId), bytes.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(keyId, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return parse(Buffer.concat([decipher.update(bytes.subarray(VECTOR_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8"));
}

function boundTo(keyId: string, context: SerializationContext | undefined): Buffer {
  return Buffer.from(`${keyId}\n${context?.workflowId ?? ""}`);
}

function serialise({ metadata, data }: Payload): string {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return JSON.stringify({ metadata: Object.fromEntries(entries), data: data ? base64(data) : null });
}

function parse(json: string): Payload {
  const { metadata, data } = JSON.parse(json) as { metadata: Record<string, string>; data: string | null };
  const entries = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, "base64")]);
  return { metadata: Object.fromEntries(entries), data: data === null ? null : Buffer.from(data, "base64") };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}
