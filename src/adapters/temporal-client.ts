import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import type { KeyRing } from "./key-store.ts";
import { createPayloadCodec } from "./payload-codec.ts";

/** The module that workflows and the worker load to encode failures. */
export const FAILURE_CONVERTER_PATH = join(import.meta.dirname, "failure-converter.ts");

/** How values become Temporal payloads; worker and every client use the same, or they can't read each other. */
export function createDataConverter(keys: KeyRing): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath: FAILURE_CONVERTER_PATH };
}

/** Where Temporal is, and the keys of what it stores. */
export interface TemporalSettings {
  /** `host:port` of the front end. */
  readonly address: string;
  readonly namespace: string;
  readonly keys: KeyRing;
}

/** @throws Error when nothing answers at the address within ten seconds */
export async function connectTemporalClient({ address, namespace, keys }: TemporalSettings): Promise<Client> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: "10s" });
    return new Client({ connection, namespace, dataConverter: createDataConverter(keys) });
  } catch {
    throw new Error(`Temporal does not answer at ${address}: is it running, and is TEMPORAL_ADDRESS right?`);
  }
}

/** As `connectTemporalClient`, but connects when it is first used, and again when the connection broke: pages that don't need Temporal don't wait. */
export function openTemporalClient({ address, namespace, keys }: TemporalSettings): Client {
  return new Client({
    connection: Connection.lazy({ address, connectTimeout: "10s" }),
    namespace,
    dataConverter: createDataConverter(keys),
  });
}
