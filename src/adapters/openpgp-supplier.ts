import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createMessage, encrypt, readKey, readPrivateKey } from "openpgp";
import { createKeyPair } from "./openpgp-keys.ts";

/** What an owner unit's office does: it signs its file and encrypts it to the platform. For the demo and the bench. */
export interface Supplier {
  readonly tool: "GnuPG" | "openpgp.js";
  /** Armored. */
  readonly publicKey: string;
  /**
   * Writes a delivery: under another name first, then renamed, so that nobody takes half a file.
   * @param recipientKey armored key of the platform for this delivery
   */
  deliver(data: Iterable<Uint8Array>, recipientKey: string, path: string): Promise<void>;
  /** Ends what the tool left running, and forgets the keys. */
  close(): void;
}

/** GnuPG where it is installed, else openpgp.js. */
export async function createSupplier(name: string): Promise<Supplier> {
  try {
    execFileSync("gpg", ["--version"], { stdio: "ignore" });
  } catch {
    return createScriptSupplier(name);
  }
  return createGnupgSupplier(name);
}

function createGnupgSupplier(name: string): Supplier {
  const home = mkdtempSync(join(tmpdir(), "supplier-"));
  const options = ["--homedir", home, "--batch", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", ""];
  const run = (input: string, ...args: string[]) =>
    execFileSync("gpg", [...options, ...args], { input, stdio: ["pipe", "pipe", "pipe"] }).toString();
  run("", "--quick-generate-key", name, "ed25519", "sign", "never");
  return {
    tool: "GnuPG",
    publicKey: run("", "--armor", "--export", name),
    async deliver(data, recipientKey, path) {
      const recipient = /^fpr:+([0-9A-F]+):/m.exec(run(recipientKey, "--with-colons", "--import-options", "show-only", "--import"))?.[1];
      if (recipient === undefined) throw new Error("The platform's key can't be read by GnuPG.");
      run(recipientKey, "--import");
      await writeWhole(path, async (partial) => {
        const gpg = spawn(
          "gpg",
          [...options, "--yes", "--sign", "--local-user", name, "--encrypt", "--recipient", recipient, "--output", partial],
          {
            stdio: ["pipe", "ignore", "pipe"],
          },
        );
        const ended = new Promise<number | null>((resolve) => gpg.once("close", resolve));
        await pipeline(Readable.from(data), gpg.stdin);
        if ((await ended) !== 0) throw new Error("GnuPG could not encrypt the file.");
      });
    },
    close() {
      execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" });
      removeHome(home);
    },
  };
}

/** The agent ends a moment after it says so, and removes its sockets itself: a removal that meets one of them gone stops there, without a word. */
function removeHome(home: string): void {
  for (let attempt = 0; existsSync(home) && attempt < 40; attempt += 1) {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    if (existsSync(home)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

async function createScriptSupplier(name: string): Promise<Supplier> {
  const pair = await createKeyPair({ name, version: 4, createdAt: new Date() });
  const signingKeys = await readPrivateKey({ armoredKey: pair.privateKey });
  return {
    tool: "openpgp.js",
    publicKey: pair.publicKey,
    async deliver(data, recipientKey, path) {
      const message = await createMessage({ binary: Readable.toWeb(Readable.from(data)) as ReadableStream<Uint8Array> });
      const encrypted = await encrypt({
        message,
        encryptionKeys: await readKey({ armoredKey: recipientKey }),
        signingKeys,
        format: "binary",
      });
      await writeWhole(path, (partial) =>
        pipeline(Readable.fromWeb(encrypted as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(partial)),
      );
    },
    close: () => undefined,
  };
}

async function writeWhole(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.part`);
  await write(partial);
  renameSync(partial, path);
}
