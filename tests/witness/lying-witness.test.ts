import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { recordCosignature } from "../../db/queries/log-cosignature.ts";
import { parseAddCheckpoint } from "../../src/transparency/add-checkpoint.ts";
import { cosign } from "../../src/transparency/cosignature.ts";
import { formatSignatureLine, parseNote } from "../../src/transparency/note.ts";
import { ALGORITHM, verifierKeyOf } from "../../src/transparency/verifier-key.ts";
import { createTestDatabase } from "../support/database.ts";
import { SignedLog } from "../support/signed-log.ts";
import { createWitnessedPlatform, type WitnessedPlatform } from "../support/witnessed-platform.ts";

const ORIGIN = "log.example/queries";
const { privateKey } = generateKeyPairSync("ed25519");
/** Each test has a liar of its own. */
let name = "liar.example/0";
const line = (text: string, signer = { name, privateKey }) => formatSignatureLine(cosign(text, signer, 1_790_000_000));

let platform: WitnessedPlatform;
let server: Server;
let answer: (text: string, signedNote: string, response: ServerResponse) => void;

beforeAll(async () => {
  platform = await createWitnessedPlatform(ORIGIN);
  server = createServer(async (request, response) => {
    const { signedNote } = parseAddCheckpoint(Buffer.concat(await request.toArray()));
    answer(parseNote(signedNote).text, signedNote, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  await platform.publish(new SignedLog(ORIGIN).grow(10));
});
afterAll(async () => {
  await platform.close();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  platform.codes.length = 0;
  name = `liar.example/${Number(name.split("/")[1]) + 1}`;
});

const witnessHere = () => {
  const key = verifierKeyOf(name, ALGORITHM.cosignature, privateKey);
  return platform.witness({ key, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
};
const onRecord = () => platform.rows(`select tree_size from log_cosignature where witness_name = '${name}'`);

/** What it may answer, and what becomes of that. */
const LIES: Record<string, [code: string, lie: typeof answer]> = {
  "no cosignature": ["cosignature-invalid", (_, __, response) => response.end("ok\n")],
  "one of another text": ["cosignature-invalid", (text, _, response) => response.end(line(text.replace("\n10\n", "\n9\n")))],
  "one of another key in its name": [
    "cosignature-invalid",
    (text, _, response) => response.end(line(text, { name, privateKey: generateKeyPairSync("ed25519").privateKey })),
  ],
  // The checkpoint, and what follows it, as a text of its own: its signature is true, but not of what was asked.
  "one of the answer itself": ["cosignature-invalid", (_, signedNote, response) => response.end(`x\n\n${line(`${signedNote}x\n`)}`)],
  "more than anybody wants to read": ["witness-unreachable", (text, _, response) => response.end(line(text).repeat(1000))],
  "that it has moved": ["witness-unreachable", (_, __, response) => response.writeHead(307, { location: "/elsewhere" }).end()],
  "a size that is none": ["witness-refuses", (_, __, response) => response.writeHead(409).end("many\n")],
  "that something broke": ["witness-refuses", (_, __, response) => response.writeHead(500).end()],
};

describe("a witness that answers wrongly", () => {
  test.each(Object.entries(LIES))("§4(1)5 has nothing put on record: %s", async (_, [code, lie]) => {
    answer = lie;
    const witnessing = witnessHere();
    await expect.poll(() => platform.codes).toContain(`warn ${code}`);
    expect(await onRecord()).toEqual([]);
    answer = (text, __, response) => response.end(line(text));
    await expect.poll(onRecord).toEqual([{ tree_size: "10" }]);
    await witnessing.stop();
  });

  test.each(["another tree\n", "10\n"])(
    "§4(1)5 is believed when it knows another tree of the size that it cosigned: 409, %j",
    async (said) => {
      answer = (text, __, response) => response.end(line(text));
      const before = witnessHere();
      await expect.poll(onRecord).toEqual([{ tree_size: "10" }]);
      await before.stop();
      answer = (_, __, response) => response.writeHead(409).end(said);
      const witnessing = witnessHere();
      await expect.poll(() => platform.codes).toContain("error log-disagrees-with-witness");
      const found = await platform.rows(`select witness_size from log_disagreement where witness_name = '${name}'`);
      expect(found).toEqual([{ witness_size: "10" }]);
      await witnessing.stop();
    },
  );

  test("§4(1)5 holds nobody up when it never answers", async () => {
    const asked = Promise.withResolvers<void>();
    answer = () => asked.resolve();
    const witnessing = witnessHere();
    await asked.promise;
    await witnessing.stop();
    expect(platform.codes).toEqual([]);
  });
});

test("§4(1)5 what was cosigned is never taken back for a smaller tree", async () => {
  const database = await createTestDatabase();
  const { pool, close } = openDatabase(database.workerUrl, { max: 1 });
  const record = (treeSize: number) =>
    recordCosignature(pool, { origin: ORIGIN, witnessName: name, treeSize, signedNote: String(treeSize), cosignedAt: new Date() });
  for (const treeSize of [10, 9, 12, 11]) await record(treeSize);
  expect((await pool.query("select tree_size, signed_note from log_cosignature")).rows).toEqual([{ tree_size: "12", signed_note: "12" }]);
  await expect(pool.query("delete from log_disagreement")).rejects.toThrow("permission denied");
  await close();
  await database.drop();
});
