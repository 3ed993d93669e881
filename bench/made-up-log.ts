import { generateKeyPairSync, hash } from "node:crypto";
import { CHECKS } from "../src/domain/checks.ts";
import { canonicalEntry } from "../src/domain/query-log.ts";
import { bundlesOf } from "../src/log-export/bundle-path.ts";
import { formatColumns } from "../src/log-export/columns.ts";
import type { LogRow, LogSource } from "../src/log-export/write-export.ts";
import { formatCheckpoint } from "../src/transparency/checkpoint.ts";
import { leafHash } from "../src/transparency/leaf.ts";
import { type Signer, signNote } from "../src/transparency/note-signature.ts";
import { growTree } from "../src/transparency/tile.ts";
import { TILE_WIDTH } from "../src/transparency/tile-place.ts";
import { ALGORITHM, formatVerifierKey, verifierKeyOf } from "../src/transparency/verifier-key.ts";

const ORIGIN = "log.example.invalid/queries";
const FIRST_ASKED = Date.UTC(2026, 10, 24);
/** Bytes of a sealed part with ID number, name, birth date, case number and reason. */
const SEALED_BYTES = 210;

/** A log of made-up entries of about 900 bytes, signed by a key of its own: the same for the same size. */
export function madeUpLog(size: number): LogSource & { readonly signer: Signer; readonly verifierKey: string } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const signer = { name: ORIGIN, privateKey };
  const tiles = new Map<string, Buffer>();
  let tree = growTree(0, [], () => undefined);
  for (let begin = 0; begin < size; begin += TILE_WIDTH * 16) {
    const rows = rowsOf(begin, Math.min(begin + TILE_WIDTH * 16, size));
    tree = growTree(
      tree.size,
      rows.map(({ entry }) => leafHash(entry)),
      (level, index) => tiles.get(`${level}/${index}`),
    );
    for (const { level, index, hashes } of tree.tiles) tiles.set(`${level}/${index}`, hashes);
  }
  return {
    size,
    entries: size,
    checkpoint: signNote(formatCheckpoint({ origin: ORIGIN, size, root: tree.root, extensions: [] }), [signer]),
    notes: [],
    manifest: { exportedAt: "2026-11-25T00:00:00.000Z", months: null, beginBundle: 0, endBundle: bundlesOf(size), keys: [], disposed: [] },
    signer,
    verifierKey: formatVerifierKey(verifierKeyOf(ORIGIN, ALGORITHM.ed25519, privateKey)),
    readRows: async (begin, end) => rowsOf(begin, end),
    readRowsOutside: async () => [],
    readTiles: async (level, begin, end) => {
      const found = Array.from({ length: end - begin }, (_, place) => [begin + place, tiles.get(`${level}/${begin + place}`)] as const);
      return new Map(found.filter((tile): tile is readonly [number, Buffer] => tile[1] !== undefined));
    },
  };
}

function rowsOf(begin: number, end: number): LogRow[] {
  return Array.from({ length: end - begin }, (_, place) => rowOf(begin + place));
}

function rowOf(index: number): LogRow {
  const random = hash("sha512", String(index), "hex");
  const askedAt = FIRST_ASKED + Math.floor(index / 20);
  const time = askedAt.toString(16).padStart(12, "0");
  const entryId = `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
  const iso = new Date(askedAt).toISOString();
  const [caseNumberIndex, subjectIndex] = [random.slice(0, 32), random.slice(32, 64)];
  const entry = Buffer.from(
    canonicalEntry({
      entryId,
      askedAt: iso,
      integration: 7,
      credential: "00000000-0000-4000-8000-000000000001",
      sourceAddress: "192.0.2.1",
      operator: "tax-042",
      operationCode: "V01",
      checks: CHECKS,
      outcome: "match",
      answers: { resident: true, indigenous: false, elderlyLivingAlone: false, disability: null },
      asOf: { household: "2026-11-01", "elderly-living-alone": "2026-11-01", disability: "2026-11-01" },
      caseNumberIndex,
      subjectIndex,
      keyId: "1",
      sealed: Buffer.from(random.repeat(4).slice(0, SEALED_BYTES * 2), "hex").toString("base64"),
      salt: random.slice(64, 96),
    }),
  );
  const columns = formatColumns([
    entryId,
    iso,
    7,
    "tax-042",
    "V01",
    "match",
    caseNumberIndex,
    subjectIndex,
    leafHash(entry).toString("hex"),
  ]);
  return { index, columns, entry };
}
