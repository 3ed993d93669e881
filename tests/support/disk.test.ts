import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesHolding } from "./disk.ts";

const folder = mkdtempSync(join(tmpdir(), "holding-"));
const began = new Date(Date.now() - 1000);
afterAll(() => rmSync(folder, { recursive: true }));

test("bytes are found wherever they lie in a file, whatever they are", () => {
  const needle = Buffer.from([7, 0, 10, 13, 255, 10, 0, 9]);
  const blockBytes = 4 << 20;
  for (const [name, before] of Object.entries({ first: 0, within: 5000, across: blockBytes - 3, later: 2 * blockBytes + 1 }))
    writeFileSync(join(folder, name), Buffer.concat([Buffer.alloc(before, 1), needle, Buffer.alloc(100, 2)]));
  writeFileSync(join(folder, "without"), Buffer.concat([Buffer.alloc(blockBytes, 1), needle.subarray(1), needle.subarray(0, 7)]));
  writeFileSync(join(folder, "empty"), "");
  const found = filesHolding([folder], [needle], began);
  expect(found.sort()).toEqual(["across", "first", "later", "within"].map((name) => join(folder, name)));
});
