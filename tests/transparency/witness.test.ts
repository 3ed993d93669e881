import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddCheckpoint, LONGEST_REQUEST_BYTES, parseAddCheckpoint } from "../../src/transparency/add-checkpoint.ts";
import { formatCheckpoint, type TreeHead } from "../../src/transparency/checkpoint.ts";
import { Malformed } from "../../src/transparency/malformed.ts";
import { signNote } from "../../src/transparency/note-signature.ts";
import { proveConsistency, rootAt } from "../../src/transparency/proof.ts";
import { EMPTY_ROOT } from "../../src/transparency/tree.ts";
import { ALGORITHM, ed25519Key, verifierKeyOf } from "../../src/transparency/verifier-key.ts";
import { decideCosignature, type WitnessDecision } from "../../src/transparency/witness.ts";
import { entriesOf, LogTiles } from "../support/log-tiles.ts";

describe("a conversation with litewitness (FiloSottile/torchwood at 341dc2f, cmd/litewitness/testdata, ISC)", () => {
  const origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
  const key = ed25519Key(Buffer.from("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f", "hex"));
  const keys = [verifierKeyOf(origin, ALGORITHM.ed25519, key)];
  const ROOTS = {
    1: "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    3: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
    5: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
  };
  const SIGNATURES = {
    1: "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
    3: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
    5: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
  };
  const leaf = (second: number) => Buffer.concat([Buffer.of(0x2a, second), Buffer.alloc(30)]).toString("base64");
  const to3 = [leaf(1), leaf(2)];
  const to5 = [leaf(2), leaf(3), "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=", leaf(4)];
  const ask = (old: number, proof: readonly string[], size: 1 | 3 | 5, signature = SIGNATURES[size], from = origin) =>
    parseAddCheckpoint([`old ${old}`, ...proof, "", from, size, ROOTS[size], "", `— ${from} ${signature}`, ""].join("\n"));

  test("§4(1)5 ends the same, request by request", () => {
    let latest: TreeHead | undefined;
    const answer = (request: ReturnType<typeof ask>): number => {
      const decision = decideCosignature(request, request.checkpoint.origin === origin ? { keys, latest } : undefined);
      if (decision.status === 200) latest = decision.checkpoint;
      return decision.status === 409 ? -decision.size : decision.status;
    };
    expect(answer(ask(0, [], 1))).toBe(200);
    expect(answer(ask(1, to3, 3, SIGNATURES[3].replace("6go=", "6gw=")))).toBe(403);
    expect(answer(ask(1, to3, 3, SIGNATURES[3], origin.replace(/2$/, "3")))).toBe(404);
    expect(answer(ask(1, [], 3))).toBe(422);
    expect(answer(ask(1, [leaf(1), leaf(2).replace("AAA=", "ABA=")], 3))).toBe(422);
    expect(answer(ask(1, to3, 3))).toBe(200);
    expect(answer(ask(1, [leaf(1), "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=", leaf(4)], 5))).toBe(-3);
    expect(answer(ask(3, to5, 5))).toBe(200);
    expect(answer(ask(0, [], 5))).toBe(-5);
  });
});

const signer = { name: "log.example/queries", privateKey: generateKeyPairSync("ed25519").privateKey };
const keys = [verifierKeyOf(signer.name, ALGORITHM.ed25519, signer.privateKey)];
const log = new LogTiles();
log.append(entriesOf(300));
const fork = new LogTiles();
fork.append([...entriesOf(99), ...entriesOf(201)]);

/** The request that this log, or a fork of it, sends to grow from one size to another. */
async function request(oldSize: number, size: number, tiles = log, proof?: Buffer[]): Promise<ReturnType<typeof parseAddCheckpoint>> {
  const root = await rootAt(size, tiles.read);
  const signedNote = signNote(formatCheckpoint({ origin: signer.name, size, root, extensions: [] }), [signer]);
  const hashes = proof ?? (oldSize <= size ? await proveConsistency(oldSize, size, tiles.read) : []);
  return parseAddCheckpoint(formatAddCheckpoint({ oldSize, proof: hashes, signedNote }));
}

async function decide(latestSize: number, ...asked: Parameters<typeof request>): Promise<WitnessDecision> {
  const latest = latestSize === 0 ? undefined : { size: latestSize, root: await rootAt(latestSize, log.read) };
  return decideCosignature(await request(...asked), { keys, latest });
}

describe("a witness", () => {
  test("§4(1)5 cosigns whatever continues the tree it cosigned last, the same tree too, and says what is then the last", async () => {
    const sizes = fc.tuple(fc.nat(300), fc.nat(300)).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
    await fc.assert(
      fc.asyncProperty(sizes, async ([old, size]) => {
        const decision = await decide(old, old, size);
        expect(decision).toMatchObject({ status: 200, checkpoint: { size, root: await rootAt(size, log.read) } });
      }),
      { numRuns: 50 },
    );
  });

  test("§4(1)5 cosigns no fork", async () => {
    expect(await decide(100, 100, 200, fork)).toMatchObject({ status: 422 });
    expect(await decide(100, 100, 100, fork)).toEqual({ status: 409, size: 100 });
    expect(await decide(99, 99, 200, fork)).toMatchObject({ status: 200 });
  });

  test("§4(1)5 cosigns no rollback, and tells how far it has come", async () => {
    expect(await decide(200, 100, 150)).toEqual({ status: 409, size: 200 });
    expect(await decide(200, 0, 100)).toEqual({ status: 409, size: 200 });
    expect(await decide(0, 100, 150)).toEqual({ status: 409, size: 0 });
  });

  test("§4(1)5 takes no old size beyond the checkpoint's, whatever it knows", async () => {
    expect(await decide(200, 200, 150)).toMatchObject({ status: 400 });
    expect(await decide(0, 200, 150)).toMatchObject({ status: 400 });
  });

  test("§4(1)5 takes no proof where none is needed, and an empty tree by its root only", async () => {
    expect(await decide(0, 0, 100, log, [EMPTY_ROOT])).toMatchObject({ status: 422 });
    expect(await decide(100, 100, 100, log, [EMPTY_ROOT])).toMatchObject({ status: 422 });
    expect(await decide(0, 0, 0)).toMatchObject({ status: 200 });
    const signedNote = signNote(formatCheckpoint({ origin: signer.name, size: 0, root: Buffer.alloc(32), extensions: [] }), [signer]);
    const asked = parseAddCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], signedNote }));
    expect(decideCosignature(asked, { keys, latest: undefined })).toEqual({ status: 409, size: 0 });
  });

  test("§4(1)5 knows logs by origin and key", async () => {
    const asked = await request(0, 100);
    expect(decideCosignature(asked, undefined)).toMatchObject({ status: 404 });
    const others = [verifierKeyOf(signer.name, ALGORITHM.ed25519, generateKeyPairSync("ed25519").publicKey)];
    expect(decideCosignature(asked, { keys: others, latest: undefined })).toMatchObject({ status: 403 });
    // A log that changed its key signs with both for a while.
    expect(decideCosignature(asked, { keys: [...others, ...keys], latest: undefined })).toMatchObject({ status: 200 });
  });
});

describe("a request to a witness", () => {
  const signedNote = signNote(formatCheckpoint({ origin: "log", size: 9, root: EMPTY_ROOT, extensions: [] }), [signer]);
  const HASH = EMPTY_ROOT.toString("base64");

  test("§4(1)5 reads back as it was written", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (oldSize, proof) => {
        const asked = { oldSize, proof, signedNote };
        expect(parseAddCheckpoint(Buffer.from(formatAddCheckpoint(asked)))).toMatchObject(asked);
      }),
    );
  });

  test.each([
    ["nothing", ""],
    ["no empty line", `old 0\n${signedNote}`],
    ["no old size", `${HASH}\n\n${signedNote}`],
    ["a size alone", `0\n\n${signedNote}`],
    ["a leading zero", `old 01\n\n${signedNote}`],
    ["two spaces", `old  1\n\n${signedNote}`],
    ["a negative size", `old -1\n\n${signedNote}`],
    ["a carriage return", `old 1\r\n\n${signedNote}`],
    ["a short hash", `old 1\n${HASH.slice(4)}\n\n${signedNote}`],
    ["64 hashes", `old 1\n${`${HASH}\n`.repeat(64)}\n${signedNote}`],
    ["no checkpoint", "old 0\n\n"],
    ["an unsigned checkpoint", `old 0\n\n${signedNote.slice(0, signedNote.indexOf("\n\n") + 1)}`],
    ["another note", `old 0\n\n${signNote("hello\n", [signer])}`],
  ])("§4(1)5 is none with %s", (_, body) => {
    expect(() => parseAddCheckpoint(body)).toThrow(Malformed);
  });

  test("§4(1)5 is refused unread when it is longer than any can be", () => {
    expect(() => parseAddCheckpoint(`old 0\n\n${"x".repeat(LONGEST_REQUEST_BYTES)}`)).toThrow("add-checkpoint request: it is longer than");
  });
});
