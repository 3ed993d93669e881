import { generateKeyPairSync } from "node:crypto";
import { formatAddCheckpoint } from "../../src/transparency/add-checkpoint.ts";
import { formatCheckpoint } from "../../src/transparency/checkpoint.ts";
import { type Signer, signNote } from "../../src/transparency/note-signature.ts";
import { proveConsistency, rootAt } from "../../src/transparency/proof.ts";
import { ALGORITHM, formatVerifierKey, verifierKeyOf } from "../../src/transparency/verifier-key.ts";
import { LogTiles } from "./log-tiles.ts";

/** A log that signs whatever it is told to: an honest one, or one that forks. */
export class SignedLog {
  readonly tiles = new LogTiles();
  readonly signer: Signer;

  /** @param signer another log's, to speak in its name */
  constructor(signer: Signer | string) {
    this.signer = typeof signer === "string" ? { name: signer, privateKey: generateKeyPairSync("ed25519").privateKey } : signer;
  }

  get verifierKey(): string {
    return formatVerifierKey(verifierKeyOf(this.signer.name, ALGORITHM.ed25519, this.signer.privateKey));
  }

  /** Appends entries, told from those of other logs by their name. */
  grow(count: number, name = "entry"): this {
    this.tiles.append(Array.from({ length: count }, (_, index) => Buffer.from(`${name} ${this.tiles.size + index}`)));
    return this;
  }

  async checkpoint(size = this.tiles.size): Promise<string> {
    return signNote(formatCheckpoint({ origin: this.signer.name, size, root: await rootAt(size, this.tiles.read), extensions: [] }), [
      this.signer,
    ]);
  }

  /** The body of `add-checkpoint`. */
  async request(oldSize: number, size = this.tiles.size): Promise<string> {
    const proof = await proveConsistency(Math.min(oldSize, size), size, this.tiles.read);
    return formatAddCheckpoint({ oldSize, proof, signedNote: await this.checkpoint(size) });
  }
}
