import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logVerifierKeys, rotateLogSigningKey } from "../../src/adapters/log-signing-key.ts";
import { growLog, openLogKeeping } from "../../src/log-keeper.ts";
import { openCheckpoint } from "../../src/transparency/checkpoint.ts";
import { verifyConsistency, verifyInclusion } from "../../src/transparency/proof-check.ts";
import { formatTilePath } from "../../src/transparency/tile-path.ts";
import { tilesOf } from "../../src/transparency/tile-place.ts";
import { parseVerifierKey } from "../../src/transparency/verifier-key.ts";
import { type Answer, ask, startTestApi, type TestApi } from "../support/api.ts";
import { ORIGIN, openTestLogKeeping, type TestLogKeeping } from "../support/log-keeping.ts";
import { LogTiles } from "../support/log-tiles.ts";
import { madeUpId, PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
let keeping: TestLogKeeping;
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  ({ token } = await seedIntegration(api.owner.pool, { checks: ["resident"] }));
  await api.settle();
  keeping = openTestLogKeeping(api);
});
afterAll(async () => {
  await keeping.close();
  rmSync(keeping.directory, { recursive: true });
  await api.close();
});

const get = (path: string): Promise<Answer> => ask(api.url, undefined, { method: "GET", path });
const asked = (changes: Record<string, unknown> = {}) => question(subject, { checks: ["resident"], ...changes });
const keys = () => logVerifierKeys(api.keysDirectory, ORIGIN).map(parseVerifierKey);
const checkpointOf = (note: string) => openCheckpoint(note, keys()).checkpoint;

async function askBatch(count: number): Promise<{ leafHash: string; leafIndex: number }[]> {
  const { subject: _, ...rest } = asked();
  const subjects = Array.from({ length: count }, (_, place) => ({ nationalId: madeUpId(7000 + place), name: "李小華" }));
  const { body } = await ask(api.url, { ...rest, subjects }, { token, path: "/v1/verifications/batch" });
  return body.results.map(({ receipt }: { receipt: { leafHash: string; leafIndex: number } }) => receipt);
}

async function proves({ leafHash, leafIndex }: { leafHash: string; leafIndex: number }): Promise<boolean> {
  const { status, body } = await get(`/v1/log/leaves/${leafIndex}/proof`);
  expect(status).toBe(200);
  const { size, root } = checkpointOf(body.checkpoint);
  expect(size).toBe(body.treeSize);
  const proof = body.proof.map((hash: string) => Buffer.from(hash, "base64"));
  return verifyInclusion(Buffer.from(leafHash, "hex"), leafIndex, size, proof, root);
}

describe("§4(2)5 the log's tree", () => {
  test("§4(2)5 an answer's receipt, and a refusal's, is proved by the next checkpoint, and only for its place", async () => {
    const early = await get("/v1/log/checkpoint");
    expect([early.status, early.body.code, early.headers["retry-after"]]).toEqual([503, "not-yet-signed", "1"]);
    const answered = (await ask(api.url, asked(), { token })).body.receipt;
    const refused = (await ask(api.url, asked({ reason: "." }), { token })).body.receipt;
    expect((await get(`/v1/log/leaves/${answered.leafIndex}/proof`)).body.code).toBe("not-yet-signed");
    await keeping.settle();
    expect(await proves(answered)).toBe(true);
    expect(await proves(refused)).toBe(true);
    expect(await proves({ ...answered, leafIndex: refused.leafIndex })).toBe(false);
  });

  test("§4(2)5 a retry gets the same receipt, and places have no gap where it asked in vain", async () => {
    const once = () => ask(api.url, asked(), { token, headers: { "idempotency-key": "tree" } });
    const texts = (await Promise.all([once(), once(), once()])).map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    const [next] = await askBatch(1);
    expect(next?.leafIndex).toBe(JSON.parse(texts[0] as string).receipt.leafIndex + 1);
    await keeping.settle();
    expect(await proves(JSON.parse(texts[0] as string).receipt)).toBe(true);
  });

  test("§4(2)5 each checkpoint begins with the one before, whatever came between", async () => {
    await keeping.settle();
    const before = checkpointOf((await get("/v1/log/checkpoint")).text);
    const receipts = await askBatch(700);
    await keeping.settle();
    const { body } = await get(`/v1/log/consistency?from=${before.size}`);
    const { size, root } = checkpointOf(body.checkpoint);
    expect([body.from, body.to, size]).toEqual([before.size, size, before.size + 700]);
    const proof = body.proof.map((hash: string) => Buffer.from(hash, "base64"));
    expect(verifyConsistency(before.size, before.root, size, root, proof)).toBe(true);
    for (const place of [0, 255, 256, 699]) expect(await proves(receipts[place] as (typeof receipts)[0])).toBe(true);
  });

  test("§4(2)5 the tiles served are those of the entries on record, by C2SP's paths", async () => {
    await keeping.settle();
    const { size, root } = checkpointOf((await get("/v1/log/checkpoint")).text);
    const { rows } = await api.owner.pool.query("select entry from query_log order by leaf_index");
    const rebuilt = new LogTiles();
    expect(rebuilt.append(rows.map(({ entry }) => entry)).root).toEqual(root);
    for (const place of tilesOf(size)) {
      const response = await fetch(`${api.url}/v1/log/${formatTilePath(place)}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(rebuilt.rows.get(`${place.level}/${place.index}`));
    }
    for (const path of ["tile/0/x001/000", "tile/0/0", "tile/entries/000", "tile/9/000", "tile/0/000/.."])
      expect((await get(`/v1/log/${path}`)).status, path).toBe(404);
  });

  test("what is no size or index is refused, what is not there yet comes back later, and a flood is slowed down", async () => {
    for (const path of ["leaves/-1/proof", "leaves/1e3/proof", "leaves/x/proof", "consistency", "consistency?from=-1"])
      expect((await get(`/v1/log/${path}`)).body.code, path).toBe("invalid-request");
    expect((await get("/v1/log/consistency?from=999999999")).body.code).toBe("not-yet-signed");
    const flood = await Promise.all(
      Array.from({ length: 120 }, () => ask(api.url, undefined, { method: "GET", path: "/v1/log/checkpoint", from: "127.0.0.77" })),
    );
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([200, 429]));
  });

  test("§4(2)5 a new key signs beside the one before it", async () => {
    const old = keys();
    rotateLogSigningKey(api.keysDirectory);
    const rotated = openTestLogKeeping(api, keeping.directory);
    try {
      await askBatch(1);
      await rotated.settle();
    } finally {
      await rotated.close();
    }
    const { text } = await get("/v1/log/checkpoint");
    expect(openCheckpoint(text, old).verified).toHaveLength(1);
    expect(openCheckpoint(text, keys()).verified).toHaveLength(2);
  });
});

test("§4(2)5 many batches and two keepers at once: no place twice, none left out", async () => {
  const second = openTestLogKeeping(api, keeping.directory);
  try {
    let asking = true;
    const grown = Promise.all(
      [keeping, second].map(async (rounds) => {
        while (asking)
          await growLog(
            openLogKeeping(
              { keysDirectory: api.keysDirectory, logDirectory: rounds.directory, logOrigin: ORIGIN },
              rounds.pool,
              () => new Date(),
            ),
          );
      }),
    );
    const receipts = (await Promise.all(Array.from({ length: 40 }, () => askBatch(25)))).flat();
    asking = false;
    await grown;
    await keeping.settle();
    const indexes = receipts.map(({ leafIndex }) => leafIndex).sort((a, b) => a - b);
    expect(indexes).toEqual(indexes.map((_, place) => (indexes[0] as number) + place));
    for (const place of [0, 400, 999]) expect(await proves(receipts[place] as (typeof receipts)[0])).toBe(true);
  } finally {
    await second.close();
  }
});
