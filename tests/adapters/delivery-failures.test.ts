import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimDelivery } from "../../src/adapters/delivery-folder.ts";
import { moveFile } from "../../src/adapters/move-file.ts";

const NOTE = { deliveredBy: "drop-folder" };
let root: string;
let file: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "delivery-"));
  mkdirSync(join(root, "drop"));
  mkdirSync(join(root, "inbox"));
  file = join(root, "drop", "household.pgp");
  folder = join(root, "inbox", "0e1f5a86-6f0c-4b7e-9a57-0c51d0d6a001");
  writeFileSync(file, "sealed");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("a failure that passes", () => {
  /** Runs code in a process of its own, in which a function of the file system fails for one path. */
  function failing(name: "open" | "lstat" | "readFile", path: string, code: string, run: string): string {
    const script = `
      import files from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      const { ${name}: whole } = files;
      files.${name} = async (path, ...more) => {
        if (path === ${JSON.stringify(path)}) throw Object.assign(new Error("made up"), { code: "${code}" });
        return whole(path, ...more);
      };
      syncBuiltinESMExports();
      const { claimDelivery, destroyDelivery } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/adapters/delivery-folder.ts"))});
      const { readNote } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/adapters/delivery-note.ts"))});
      const [file, folder] = ${JSON.stringify([file, folder])};
      ${run}`;
    return execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", script], { encoding: "utf8" }).trim();
  }
  const CLAIM = `await claimDelivery(file, folder, { deliveredBy: "drop-folder" }).catch(({ code }) => console.log(code));`;

  test.each([
    ["open", "EMFILE"],
    ["lstat", "EIO"],
  ] as const)("§4(1)3 while a file is claimed loses nothing of it: %s", (name, code) => {
    writeFileSync(`${file}.manifest.json`, "{}");
    failing(name, join(folder, "household.pgp"), code, CLAIM);
    expect(readFileSync(join(folder, "household.pgp"), "utf8")).toBe("sealed");
    expect(readdirSync(folder)).toContain("delivery.json");
  });

  test("§4(4) while a folder is looked for is no sign that it is gone", async () => {
    await claimDelivery(file, folder, NOTE);
    const run = `await destroyDelivery(folder).catch(({ code }) => console.log(code));`;
    expect(failing("lstat", folder, "EIO", run)).toBe("EIO");
    expect(readdirSync(folder)).toContain("household.pgp");
  });

  test("§3(1) while the note is read charges nobody else with the delivery", async () => {
    await claimDelivery(file, folder, { deliveredBy: "wu.officer" });
    const run = `console.log(await readNote(folder).then(({ deliveredBy }) => deliveredBy, ({ code }) => code));`;
    expect(failing("readFile", join(folder, "delivery.json"), "EIO", run)).toBe("EIO");
    expect(failing("readFile", join(folder, "another"), "EIO", run)).toBe("wu.officer");
  });
});

test("§4(4) a pipe in the place of a file is not moved between file systems, and keeps nobody waiting", { timeout: 10_000 }, async () => {
  const memory = mkdtempSync("/dev/shm/delivery-");
  try {
    execFileSync("mkfifo", [join(memory, "household.pgp")]);
    await expect(moveFile(join(memory, "household.pgp"), join(root, "household.pgp"))).rejects.toMatchObject({ code: "ENOTFILE" });
  } finally {
    rmSync(memory, { recursive: true });
  }
});
