import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKey, readPrivateKey } from "openpgp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOpenpgpKeyFolder } from "../../src/adapters/openpgp-key-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "openpgp-keys-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (file: string) => readFileSync(join(root, "openpgp", file), "utf8");

test("§4(1)1 workers that start together the first time keep one pair of each key, whose halves belong together", async () => {
  await Promise.all(Array.from({ length: 8 }, () => openOpenpgpKeyFolder(root).prepare(new Date())));
  for (const name of ["platform-signing", "standing"]) {
    const secret = await readPrivateKey({ armoredKey: read(`${name}.asc`) });
    expect((await readKey({ armoredKey: read(`${name}.public.asc`) })).getFingerprint(), name).toBe(secret.getFingerprint());
  }
  const [standing, signing] = [
    await readKey({ armoredKey: read("standing.public.asc") }),
    await readKey({ armoredKey: read("platform-signing.public.asc") }),
  ];
  expect(await standing.verifyPrimaryUser([signing])).toContainEqual(expect.objectContaining({ valid: true, keyID: signing.getKeyID() }));
  expect(readdirSync(join(root, "openpgp")).filter((file) => file.endsWith(".partial"))).toEqual([]);
});

test("§4(1)1 a worker that was killed between the halves of a pair leaves one that the next worker completes", async () => {
  const folder = openOpenpgpKeyFolder(root);
  await folder.prepare(new Date());
  const standing = await folder.standingFingerprint();
  rmSync(join(root, "openpgp", "standing.public.asc"));
  await folder.prepare(new Date());
  expect(await folder.standingFingerprint()).toBe(standing);
});
