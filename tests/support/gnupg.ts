import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A GnuPG of its own home, as a supplier's office has it. */
export interface Gnupg {
  /** Makes a key pair without a passphrase, a month old. */
  makeKey(name: string, algorithm: "rsa3072" | "ed25519"): void;
  /** The armored public key of a name. */
  exportKey(name: string): string;
  /** The armored private key of a name. */
  exportPrivateKey(name: string): string;
  importKey(armored: string): void;
  /** Its folder, for running gpg by hand. */
  readonly home: string;
  /** Runs gpg on an input and gives its output. */
  run(input: string | Uint8Array, ...options: string[]): Buffer;
  remove(): void;
}

const MONTH = 30 * 86_400_000;

/** The option that makes gpg believe another time. */
export function atTime(epochMilliseconds: number): string[] {
  return ["--faked-system-time", new Date(epochMilliseconds).toISOString().replace(/[-:]|\.\d+Z/g, ""), "--ignore-time-conflict"];
}

export function createGnupg(): Gnupg {
  const home = mkdtempSync(join(tmpdir(), "gnupg-"));
  const run = (input: string | Uint8Array, ...options: string[]) =>
    execFileSync(
      "gpg",
      [
        "--homedir",
        home,
        "--batch",
        "--yes",
        "--quiet",
        "--trust-model",
        "always",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        ...options,
      ],
      { input, stdio: ["pipe", "pipe", "pipe"], maxBuffer: 1 << 30 },
    );
  return {
    home,
    run,
    makeKey(name, algorithm) {
      const [sign, encrypt] = algorithm === "rsa3072" ? ["rsa3072", "rsa3072"] : ["ed25519", "cv25519"];
      const then = atTime(Date.now() - MONTH);
      run("", ...then, "--quick-generate-key", name, sign as string, "sign", "never");
      const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(run("", "--with-colons", "--list-keys", name).toString())?.[1] as string;
      run("", ...then, "--quick-add-key", fingerprint, encrypt as string, "encrypt", "never");
    },
    exportKey: (name) => run("", "--armor", "--export", name).toString(),
    exportPrivateKey: (name) => run("", "--armor", "--export-secret-keys", name).toString(),
    importKey: (armored) => void run(armored, "--import"),
    remove() {
      try {
        execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" });
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
  };
}
