import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LONGEST_REQUEST_BYTES } from "../../src/transparency/add-checkpoint.ts";
import { openCheckpoint } from "../../src/transparency/checkpoint.ts";
import { parseVerifierKey, type VerifierKey } from "../../src/transparency/verifier-key.ts";
import { SignedLog } from "../support/signed-log.ts";
import { runWitness, startWitness, type WitnessProcess } from "../support/witness-process.ts";

const directory = mkdtempSync(join(tmpdir(), "verification-platform-witness-"));
const log = new SignedLog("log.example/queries").grow(300);
const fork = new SignedLog(log.signer).grow(99).grow(401, "forged");
let key: VerifierKey;
let witness: WitnessProcess;

beforeAll(async () => {
  const { lines } = await runWitness(join(directory, "w"), "init", "--name", "ethics.example/w1", "--log", log.verifierKey);
  key = parseVerifierKey(lines.at(-1) ?? "");
  witness = await startWitness(join(directory, "w"));
});
afterAll(async () => {
  await witness.kill();
  rmSync(directory, { recursive: true });
});

const shown = async () => JSON.parse((await runWitness(join(directory, "w"), "show", "--json")).lines.at(-1) ?? "").logs[0];

describe("bin/witness serve", () => {
  test("§4(1)5 cosigns a log that it meets for the first time, as it grows, and the same checkpoint again", async () => {
    for (const [oldSize, size] of [
      [0, 100],
      [100, 100],
      [100, 257],
    ] as const) {
      const { status, contentType, text } = await witness.post(await log.request(oldSize, size));
      expect({ status, contentType }).toEqual({ status: 200, contentType: "text/plain; charset=utf-8" });
      const { checkpoint, verified } = openCheckpoint(`${await log.checkpoint(size)}${text}`, [key]);
      expect(checkpoint.size).toBe(size);
      expect(verified).toHaveLength(1);
    }
    expect(await shown()).toMatchObject({ origin: "log.example/queries", size: 257, refused: [] });
  });

  test("§4(1)5 refuses a fork, and keeps what the log signed as evidence, once", async () => {
    expect(await witness.post(await fork.request(257, 500))).toMatchObject({ status: 422 });
    expect(await witness.post(await fork.request(257, 500))).toMatchObject({ status: 422 });
    // A size that both trees have: there C2SP tlog-witness asks for this.
    expect(await witness.post(await fork.request(257, 257))).toMatchObject({ status: 409, contentType: "text/x.tlog.size", text: "257\n" });
    const { size, refused } = await shown();
    expect(size).toBe(257);
    expect(refused.map(({ signedNote }: { signedNote: string }) => signedNote)).toEqual([
      await fork.checkpoint(500),
      await fork.checkpoint(257),
    ]);
  });

  test("§4(1)5 keeps of evidence nothing that others have added to it", async () => {
    const stranger = new SignedLog("stranger.example").grow(1);
    const line = (await stranger.checkpoint()).split("\n\n")[1] ?? "";
    expect(await witness.post(`${await fork.request(257, 500)}${line}`)).toMatchObject({ status: 422 });
    expect((await shown()).refused).toHaveLength(2);
  });

  test("§4(1)5 refuses a rollback, and tells in C2SP's form how far it has come", async () => {
    const conflict = { status: 409, contentType: "text/x.tlog.size", text: "257\n" };
    expect(await witness.post(await log.request(100, 200))).toEqual(conflict);
    expect(await witness.post(await log.request(0, 300))).toEqual(conflict);
    expect(await witness.post(await log.request(257, 200))).toMatchObject({ status: 400 });
  });

  test("§4(1)5 listens to the log's own key only", async () => {
    const impostor = new SignedLog(log.signer.name).grow(300);
    expect(await witness.post(await impostor.request(257))).toMatchObject({ status: 403 });
    const other = new SignedLog("other.example").grow(300);
    expect(await witness.post(await other.request(0))).toMatchObject({ status: 404 });
    expect((await shown()).refused).toHaveLength(2);
  });

  test("§4(1)5 follows a log to its next key, forgets the old one, and not what it has cosigned", async () => {
    const next = new SignedLog(log.signer.name).grow(300);
    await runWitness(join(directory, "w"), "add-log", next.verifierKey);
    expect(await witness.post(await next.request(257, 280))).toMatchObject({ status: 200 });
    expect(await runWitness(join(directory, "w"), "remove-key", log.verifierKey)).toMatchObject({ exitCode: 0 });
    expect(await witness.post(await log.request(280))).toMatchObject({ status: 403 });
    expect(await runWitness(join(directory, "w"), "remove-key", log.verifierKey)).toMatchObject({ exitCode: 1 });
    await runWitness(join(directory, "w"), "add-log", log.verifierKey);
    expect(await witness.post(await log.request(0, 100))).toMatchObject({ status: 409, text: "280\n" });
  });

  test.each([
    ["nothing", ""],
    ["no request", "hello"],
    ["no UTF-8", Uint8Array.of(0xff, 0x0a, 0x0a)],
  ])("§4(1)5 answers %s with 400", async (_, body) => {
    expect(await witness.post(body)).toMatchObject({ status: 400 });
  });

  test("§4(1)5 reads no more than a request can be, announced or not", async () => {
    expect(await witness.post("x".repeat(LONGEST_REQUEST_BYTES))).toMatchObject({ status: 400 });
    expect(await unfinished({ "content-length": String(LONGEST_REQUEST_BYTES + 1) }, "")).toBe(413);
    expect(await unfinished({ "transfer-encoding": "chunked" }, "x".repeat(LONGEST_REQUEST_BYTES + 1))).toBe(413);
    expect(await witness.post(await log.request(280))).toMatchObject({ status: 200 });
  });

  test("§4(1)5 serves nothing else but its health", async () => {
    const status = async (path: string, method: string) => (await fetch(`${witness.url}${path}`, { method })).status;
    expect(await status("/healthz", "GET")).toBe(200);
    for (const path of ["/", "/add-checkpoint", "/add-checkpoint/", "/metrics"]) expect(await status(path, "GET")).toBe(404);
    expect(await status("/healthz", "POST")).toBe(404);
    expect(await status("/add-checkpoint", "PUT")).toBe(404);
  });
});

/** Begins a body and doesn't end it. @returns the status that comes all the same */
function unfinished(headers: Record<string, string>, beginning: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${witness.url}/add-checkpoint`, { method: "POST", headers });
    sent.once("error", reject);
    sent.once("response", (response) => {
      sent.off("error", reject).on("error", () => undefined);
      sent.destroy();
      resolve(response.statusCode);
    });
    sent.flushHeaders();
    if (beginning !== "") sent.write(beginning);
  });
}
