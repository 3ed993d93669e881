import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leafHash, leafHashOfText } from "../../src/transparency/leaf.ts";
import { EMPTY_ROOT, nodeHash, RightEdge } from "../../src/transparency/tree.ts";
import { referenceRoot } from "../support/reference-tree.ts";

/** The eight leaves of certificate-transparency's own tests (google/certificate-transparency, merkletree), and the roots over the first n. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((leaf) =>
  Buffer.from(leaf, "hex"),
);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("the hashes of RFC 6962", () => {
  test("§4(1)5 are those that transparency-dev/merkle publishes", () => {
    expect(leafHash(Buffer.from("L123456")).toString("hex")).toBe("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    expect(EMPTY_ROOT.toString("hex")).toBe(ROOTS[0]);
  });

  test("§4(1)5 keep leaf and node apart, left and right too", () => {
    const [one, other] = LEAVES.slice(2).map(leafHash) as [Buffer, Buffer];
    expect(nodeHash(one, other)).not.toEqual(leafHash(Buffer.concat([one, other])));
    expect(nodeHash(one, other)).not.toEqual(nodeHash(other, one));
  });

  test("§4(1)5 a leaf's hash is the same by either way, also where an entry is longer than a bundle holds", () => {
    for (const length of [0, 1, 1000, 65_535, 65_536, 100_000]) {
      for (const entry of ["e".repeat(length), `${"e".repeat(length)}桃`])
        expect(leafHash(Buffer.from(entry)).toString("hex")).toBe(leafHashOfText(entry));
    }
  });
});

describe("a tree that is appended to", () => {
  test("§4(1)5 has the published root at every size from 0 to 8", () => {
    const edge = new RightEdge();
    const roots = [edge.root(), ...LEAVES.map((leaf) => grow(edge, leaf))];
    expect(roots.map((root) => root.toString("hex"))).toEqual(ROOTS);
    expect(edge.size).toBe(8);
  });

  test("§4(1)5 has the root of the RFC's own definition, whatever the entries", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 }), (entries) => {
        const edge = new RightEdge();
        for (const entry of entries) edge.append(leafHash(entry));
        expect(edge.root()).toEqual(referenceRoot(entries));
      }),
    );
  });
});

function grow(edge: RightEdge, leaf: Buffer): Buffer {
  edge.append(leafHash(leaf));
  return edge.root();
}
