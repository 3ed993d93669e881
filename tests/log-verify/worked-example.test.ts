import { createPrivateKey, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalEntry } from "../../src/domain/query-log.ts";
import { readCanonicalEntry } from "../../src/domain/query-log-form.ts";
import { columnsOf } from "../../src/log-export/columns.ts";
import { localHeader } from "../../src/log-export/zip-file.ts";
import { formatCheckpoint } from "../../src/transparency/checkpoint.ts";
import { formatEntryBundle } from "../../src/transparency/entry-bundle.ts";
import { leafHash } from "../../src/transparency/leaf.ts";
import { signNote } from "../../src/transparency/note-signature.ts";
import { growTree } from "../../src/transparency/tile.ts";
import { ALGORITHM, formatVerifierKey, verifierKeyOf } from "../../src/transparency/verifier-key.ts";

const DOCUMENT = join(import.meta.dirname, "../../docs/log-format.md");
const NAME = "log.example.invalid/queries";
/** RFC 8032's first test key: no secret. */
const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const privateKey = createPrivateKey({ key: Buffer.from(`302e020100300506032b657004220420${SEED}`, "hex"), format: "der", type: "pkcs8" });

/** Two entries of one millisecond: an answer and a refusal. */
const texts = [
  { outcome: "match", answers: { resident: true }, asOf: { household: "2026-11-01" } } as const,
  { outcome: "refused:check-out-of-scope", answers: {}, asOf: {} } as const,
].map((said, place) =>
  canonicalEntry({
    entryId: `019ab6d1-a400-7000-8000-00000000000${place}`,
    askedAt: new Date(0x019ab6d1a400).toISOString(),
    integration: 7,
    credential: "00000000-0000-4000-8000-000000000001",
    sourceAddress: "192.0.2.1",
    operator: "tax-042",
    operationCode: "V01",
    checks: ["resident"],
    caseNumberIndex: "00112233445566778899aabbccddeeff",
    subjectIndex: place === 0 ? "ffeeddccbbaa99887766554433221100" : null,
    keyId: "1",
    sealed: Buffer.alloc(40, place).toString("base64"),
    salt: "0".repeat(31) + place,
    ...said,
  }),
);

function workedExample(): string {
  const entries = texts.map((text) => Buffer.from(text));
  const leaves = entries.map(leafHash);
  const { root } = growTree(0, leaves, () => undefined);
  const lines = texts.map((text, place) => columnsOf(readCanonicalEntry(text) as never, leaves[place]?.toString("hex") ?? ""));
  const bundle = formatEntryBundle(entries);
  const note = signNote(formatCheckpoint({ origin: NAME, size: 2, root, extensions: [] }), [{ name: NAME, privateKey }]);
  const shown = (title: string, ...values: readonly string[]) => [`${title}:`, "", "```", ...values, "```", ""];
  return [
    ...shown(`Two entries, of ${entries.map(({ length }) => length).join(" and ")} bytes`, ...texts),
    ...shown("Their leaf hashes, SHA-256(0x00 ‖ entry)", ...leaves.map((leaf) => leaf.toString("hex"))),
    ...shown("The root, SHA-256(0x01 ‖ first ‖ second)", root.toString("hex")),
    ...shown("`tile/0/000.p/2`, 64 bytes, is the two leaf hashes. `tile/entries/000.p/2` begins", bundle.subarray(0, 16).toString("hex")),
    ...shown(`It has ${bundle.length} bytes, and this SHA-256`, hash("sha256", bundle, "hex")),
    ...shown("`columns/000.p/2`", ...lines),
    ...shown(
      "The log's verifier key (private key: RFC 8032, test 1)",
      formatVerifierKey(verifierKeyOf(NAME, ALGORITHM.ed25519, privateKey)),
    ),
    ...shown("`checkpoint`, which ends with a newline", note.trimEnd()),
    ...shown(
      "The ZIP begins with this header, and then the checkpoint's bytes",
      localHeader("checkpoint", Buffer.from(note)).toString("hex"),
    ),
  ].join("\n");
}

test("§4(1)5 docs/log-format.md shows what the code makes", () => {
  const document = readFileSync(DOCUMENT, "utf8");
  const example = /<!-- example -->\n([\s\S]*)<!-- end of example -->/.exec(document)?.[1];
  expect(example).toBe(`\n${workedExample()}\n`);
});
