import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  abandonClaim,
  claimDelivery,
  completeClaim,
  destroyDelivery,
  findDelivery,
  moveDelivery,
} from "../../src/adapters/delivery-folder.ts";

const ID = "0e1f5a86-6f0c-4b7e-9a57-0c51d0d6a001";
const NOTE = { deliveredBy: "drop-folder" };
/** An account that owns nothing. */
const NOBODY = 65534;
let root: string;
let file: string;
let manifest: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "delivery-"));
  mkdirSync(join(root, "drop"));
  mkdirSync(join(root, "inbox"));
  file = join(root, "drop", "household.pgp");
  manifest = `${file}.manifest.json`;
  folder = join(root, "inbox", ID);
  writeFileSync(file, "sealed");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("taking a file", () => {
  /** Runs code that claims and destroys as an account without rights; root may write to every file, and would see no fault. */
  function asNobody(code: string): string {
    if (process.getuid?.() === 0) for (const path of [root, join(root, "drop"), join(root, "inbox")]) chownSync(path, NOBODY, NOBODY);
    const script = `
      const { claimDelivery, destroyDelivery } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/adapters/delivery-folder.ts"))});
      if (process.getuid() === 0) { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
      const [file, folder] = ${JSON.stringify([file, folder])};
      ${code}`;
    return execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", script], { encoding: "utf8" });
  }

  test("§4(4) one that was delivered read-only can be destroyed", () => {
    if (process.getuid?.() === 0) chownSync(file, NOBODY, NOBODY);
    chmodSync(file, 0o400);
    asNobody(`await claimDelivery(file, folder, { deliveredBy: "drop-folder" }); await destroyDelivery(folder);`);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(join(root, "inbox"))).toEqual([]);
  });

  test("§4(4) one that could not be destroyed stays where it is, and leaves no folder", () => {
    // Root's own file can't be another's; then a read-only folder is what keeps us from it.
    if (process.getuid?.() === 0) chmodSync(file, 0o444);
    else chmodSync(join(root, "drop"), 0o500);
    const code = asNobody(`await claimDelivery(file, folder, { deliveredBy: "drop-folder" }).catch(({ code }) => console.log(code));`);
    chmodSync(join(root, "drop"), 0o700);
    expect(code.trim()).toMatch(/^EACCES$|^EPERM$/);
    expect(readFileSync(file, "utf8")).toBe("sealed");
    expect(readdirSync(join(root, "inbox"))).toEqual([]);
  });

  test("§4(4) between file systems it leaves one copy", async () => {
    const memory = mkdtempSync("/dev/shm/delivery-");
    try {
      const far = join(memory, "household.pgp");
      writeFileSync(far, "sealed");
      expect(await claimDelivery(far, folder, NOTE)).toBe(true);
      expect(readFileSync(join(folder, "household.pgp"), "utf8")).toBe("sealed");
      expect(readdirSync(memory)).toEqual([]);
    } finally {
      rmSync(memory, { recursive: true });
    }
  });
});

describe("the manifest beside it", () => {
  test.each([
    ["a link", () => symlinkSync(join(root, "elsewhere.json"), manifest)],
    ["a folder", () => mkdirSync(manifest)],
    ["a pipe", () => execFileSync("mkfifo", [manifest])],
  ])("§4(4) is not taken when it is %s", async (_, make) => {
    writeFileSync(join(root, "elsewhere.json"), "{}");
    make();
    expect(await claimDelivery(file, folder, NOTE)).toBe(true);
    await completeClaim(folder);
    expect(readdirSync(folder).sort()).toEqual(["delivery.json", "household.pgp"]);
  });

  test("§4(4) does not stop the destruction, whatever it is", async () => {
    await claimDelivery(file, folder, NOTE);
    symlinkSync(join(root, "elsewhere.json"), join(folder, "household.pgp.manifest.json"));
    writeFileSync(join(root, "elsewhere.json"), "{}");
    await destroyDelivery(folder);
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync(join(root, "elsewhere.json"), "utf8")).toBe("{}");
  });

  test("§4(1)1 is taken when its claim was killed, and not once it belongs to the next file", async () => {
    await claimDelivery(file, folder, NOTE);
    writeFileSync(manifest, "{}");
    await completeClaim(folder);
    expect((await findDelivery(folder))?.manifestPath).toBeDefined();
    rmSync(join(folder, "household.pgp.manifest.json"));
    writeFileSync(manifest, "{}");
    await completeClaim(folder);
    expect((await findDelivery(folder))?.manifestPath).toBeUndefined();
    expect(existsSync(manifest)).toBe(true);
  });
});

describe("a claim between file systems that was killed", () => {
  const aside = () => join(root, "drop", `.${ID}.taken`);
  beforeEach(async () => {
    mkdirSync(folder);
    rmSync(file);
    writeFileSync(aside(), "sealed");
    writeFileSync(join(folder, "delivery.json"), JSON.stringify({ ...NOTE, from: file }));
  });

  test("§4(4) before its copy was whole is undone: the file lies where it lay, and nothing of the copy is left", async () => {
    writeFileSync(join(folder, "household.pgp.partial"), "sea");
    await abandonClaim(folder);
    expect(readdirSync(join(root, "drop"))).toEqual(["household.pgp"]);
    expect(existsSync(folder)).toBe(false);
  });

  test("§4(4) before its first copy was destroyed has that done", async () => {
    writeFileSync(join(folder, "household.pgp"), "sealed");
    await completeClaim(folder);
    expect(readdirSync(join(root, "drop"))).toEqual([]);
    expect(statSync(join(folder, "household.pgp")).size).toBe(6);
  });
});

describe("a process killed while it overwrites a first copy", () => {
  const MODULE = JSON.stringify(join(import.meta.dirname, "../../src/adapters/delivery-folder.ts"));
  const SEALED = Buffer.alloc(3_000_000, "sealed");
  /** On another file system. */
  let memory: string;
  beforeEach(() => {
    memory = mkdtempSync("/dev/shm/delivery-");
  });
  afterEach(() => rmSync(memory, { recursive: true }));

  /** Runs a function of the module in a process that kills itself after its first piece of noise in the n-th file. */
  function killedIn(nth: number, name: string, ...parameters: unknown[]): void {
    const script = `
      const { open } = await import("node:fs/promises");
      const file = await open("/dev/null");
      const prototype = Object.getPrototypeOf(file);
      const { write } = prototype;
      const files = new Set();
      prototype.write = async function (...piece) {
        const written = await write.apply(this, piece);
        if (files.add(this).size === ${nth}) process.kill(process.pid, "SIGKILL");
        return written;
      };
      const delivery = await import(${MODULE});
      await delivery[${JSON.stringify(name)}](...${JSON.stringify(parameters)});`;
    const { signal } = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "--eval", script]);
    expect(signal).toBe("SIGKILL");
  }

  test("§4(4) has moved the file whole: another try keeps that copy, and destroys the first one", async () => {
    const from = join(memory, ID);
    mkdirSync(from);
    writeFileSync(join(from, "household.pgp"), SEALED);
    killedIn(1, "moveDelivery", from, folder);
    await moveDelivery(from, folder);
    expect(readFileSync(join(folder, "household.pgp")).equals(SEALED)).toBe(true);
    expect(readdirSync(memory)).toEqual([]);
  });

  test.each([
    ["file", 1],
    ["manifest", 2],
  ])("§4(4) has claimed the file: nothing of its %s stays where it came from", async (_, nth) => {
    const far = join(memory, "household.pgp");
    writeFileSync(far, "sealed");
    writeFileSync(`${far}.manifest.json`, "{}");
    killedIn(nth, "claimDelivery", far, folder, NOTE);
    await completeClaim(folder);
    expect(readdirSync(memory)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["delivery.json", "household.pgp", "household.pgp.manifest.json"]);
    expect(readFileSync(join(folder, "household.pgp"), "utf8")).toBe("sealed");
  });
});
