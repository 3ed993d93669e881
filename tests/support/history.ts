import type { Client } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";

type Event = Record<string, unknown>;

/** A workflow's history as Temporal stores it, in the JSON of its own tools. */
export async function rawHistory(client: Client, workflowId: string): Promise<Event[]> {
  return JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory())).events;
}

/** The history with every payload decrypted and its content readable. */
export async function decodedHistory(client: Client, workflowId: string): Promise<unknown> {
  return decode(client, await rawHistory(client, workflowId));
}

async function decode(client: Client, value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => decode(client, item)));
  if (typeof value !== "object" || value === null) return value;
  if ("metadata" in value && typeof value.metadata === "object" && value.metadata !== null && "encoding" in value.metadata) return open(client, value as never);
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, item]) => [name, await decode(client, item)] as const)));
}

async function open(client: Client, { metadata, data }: { metadata: Record<string, string>; data?: string }): Promise<unknown> {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
  let payloads: Payload[] = [{ metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, bytes(text)])), data: bytes(data ?? "") }];
  for (const codec of client.options.loadedDataConverter.payloadCodecs) payloads = await codec.decode(payloads);
  const text = Buffer.from(payloads[0]?.data ?? []).toString("utf8");
  return text === "" ? null : JSON.parse(text);
}
