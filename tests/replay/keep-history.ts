import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { decryptedHistory } from "../support/history.ts";

/** Keeps a workflow's history, decrypted, to be replayed by today's code from then on. */
export async function keepHistory(client: Client, workflowId: string, file: string, runId?: string): Promise<void> {
  const events = await decryptedHistory(client, workflowId, runId);
  // Who recorded it, and on which machine, is nobody's business.
  const anonymous = (_name: string, value: unknown) => (typeof value === "string" && /^\d+@/.test(value) ? "recorder" : value);
  writeFileSync(join(import.meta.dirname, file), `${JSON.stringify({ events }, anonymous, 2)}\n`);
}
