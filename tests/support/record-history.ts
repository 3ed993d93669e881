import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { decryptedHistory } from "./history.ts";

/** Writes a workflow's history, in the clear, to `tests/replay`. */
export async function recordHistory(client: Client, workflowId: string, file: string): Promise<void> {
  const events = await decryptedHistory(client, workflowId);
  // Who recorded it, and on which machine, is nobody's business.
  const anonymous = (_name: string, value: unknown) => (typeof value === "string" && /^\d+@/.test(value) ? "recorder" : value);
  writeFileSync(join(import.meta.dirname, "../replay", file), `${JSON.stringify({ events }, anonymous, 2)}\n`);
}
