import { createSecretKey, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPayloadConverter } from "@temporalio/common";
import { afterAll, describe, expect, test } from "vitest";
import { createKeys, openKeyStore, rotateKey } from "../../src/adapters/key-store.ts";
import { createPayloadCodec, PayloadRefused } from "../../src/adapters/payload-codec.ts";

const directory = mkdtempSync(join(tmpdir(), "payload-codec-"));
createKeys(directory);
const keys = openKeyStore(directory).temporalPayload;
const codec = createPayloadCodec(keys);
const payload = defaultPayloadConverter.toPayload({ reason: "測試理由", count: 3 });
afterAll(() => rmSync(directory, { recursive: true }));

describe("payloads that Temporal stores", () => {
  test("§4(1)3 come back as they were, and are ciphertext in between", async () => {
    const [sealed] = await codec.encode([payload]);
    expect(Buffer.from(sealed?.data ?? []).includes("reason")).toBe(false);
    expect(Buffer.from(sealed?.metadata?.["encoding"] ?? []).toString()).toBe("binary/encrypted");
    const [opened] = await codec.decode([sealed ?? {}]);
    expect(defaultPayloadConverter.fromPayload(opened ?? {})).toEqual({ reason: "測試理由", count: 3 });
  });

  test("§4(1)3 carry undefined and bytes", async () => {
    for (const value of [undefined, null, Buffer.from([0, 255, 10])]) {
      const [opened] = await codec.decode(await codec.encode([defaultPayloadConverter.toPayload(value)]));
      const back = defaultPayloadConverter.fromPayload(opened ?? {});
      expect(back instanceof Uint8Array ? Buffer.from(back) : back).toEqual(value);
    }
  });

  test("§3(3) are refused when they were not sealed, or sealed for another process: nobody forges a decision through Temporal alone", async () => {
    await expect(codec.decode([payload])).rejects.toThrow(PayloadRefused);
    const of = (workflowId: string) => ({ type: "workflow", namespace: "default", workflowId }) as const;
    const sealed = await codec.encode([payload], of("integration/114-0001"));
    expect(await codec.decode(sealed, of("integration/114-0001"))).toHaveLength(1);
    await expect(codec.decode(sealed, of("integration/114-0002"))).rejects.toThrow();
    await expect(codec.decode(sealed)).rejects.toThrow();
  });

  test("§4(1)3 of an older key can still be read after the key was changed", async () => {
    const sealed = await codec.encode([payload]);
    rotateKey(directory, "temporal-payload");
    const renewed = createPayloadCodec(openKeyStore(directory).temporalPayload);
    expect(await renewed.decode(sealed)).toHaveLength(1);
    // A process that started before the change reads what a newer one wrote.
    expect(await codec.decode(await renewed.encode([payload]))).toHaveLength(1);
  });

  test("§4(1)3 can't be read with another key, nor when a bit or the key's id was changed", async () => {
    const [sealed = {}] = await codec.encode([payload]);
    const foreign = createPayloadCodec({ ...keys, get: () => createSecretKey(randomBytes(32)) });
    await expect(foreign.decode([sealed])).rejects.toThrow();
    const flipped = Buffer.from(sealed.data ?? []);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed, data: flipped }])).rejects.toThrow();
    const relabelled = createPayloadCodec({ ...keys, get: () => keys.current });
    await expect(relabelled.decode([{ ...sealed, metadata: { ...sealed.metadata, "key-id": Buffer.from("9") } }])).rejects.toThrow();
  });
});
