import type { Client } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";

type Event = Record<string, unknown>;

/** A payload in the JSON of Temporal's tools: bytes as base64. */
interface JsonPayload {
  readonly metadata: Record<string, string>;
  readonly data?: string;
}

/** A workflow's history as Temporal stores it, in the JSON of its own tools. */
export async function rawHistory(client: Client, workflowId: string, runId?: string): Promise<Event[]> {
  return JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory())).events;
}

/** The history with every payload decrypted: fit to be replayed without keys. */
export async function decryptedHistory(client: Client, workflowId: string, runId?: string): Promise<unknown> {
  return mapPayloads(await rawHistory(client, workflowId, runId), (payload) => decrypt(client, workflowId, payload));
}

/** The history with the content of every payload in the clear: fit to be searched. */
export async function decodedHistory(client: Client, workflowId: string): Promise<unknown> {
  return mapPayloads(await decryptedHistory(client, workflowId), async ({ data = "" }) =>
    data === "" ? null : JSON.parse(Buffer.from(data, "base64").toString("utf8")),
  );
}

const PATCH_EVENTS = ["markerRecordedEventAttributes", "upsertWorkflowSearchAttributesEventAttributes"];

async function mapPayloads(value: unknown, change: (payload: JsonPayload) => Promise<unknown>): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => mapPayloads(item, change)));
  if (typeof value !== "object" || value === null) return value;
  if (isPayload(value)) return change(value);
  // Which change of the code a run knows: Temporal writes that itself, in the clear.
  if (PATCH_EVENTS.some((attributes) => attributes in value)) return value;
  return Object.fromEntries(
    await Promise.all(Object.entries(value).map(async ([name, item]) => [name, await mapPayloads(item, change)] as const)),
  );
}

function isPayload(value: object): value is JsonPayload {
  return "metadata" in value && typeof value.metadata === "object" && value.metadata !== null && "encoding" in value.metadata;
}

async function decrypt(client: Client, workflowId: string, { metadata, data = "" }: JsonPayload): Promise<JsonPayload> {
  const entries = Object.entries(metadata).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))]);
  let payloads: Payload[] = [{ metadata: Object.fromEntries(entries), data: new Uint8Array(Buffer.from(data, "base64")) }];
  for (const codec of client.options.loadedDataConverter.payloadCodecs) {
    payloads = await codec.decode(payloads, { type: "workflow", namespace: "default", workflowId });
  }
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString("base64");
  const plain = Object.entries(payloads[0]?.metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)]);
  return { metadata: Object.fromEntries(plain), data: base64(payloads[0]?.data) };
}
