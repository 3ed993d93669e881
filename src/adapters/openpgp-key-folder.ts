import { chmod, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { destroyFile } from "./destroy-file.ts";
import { eachByItself } from "./each-by-itself.ts";
import { errorCode, exists } from "./file-state.ts";
import { DYING, writePrivately } from "./move-file.ts";
import {
  createKeyPair,
  joinPublicKeys,
  type KeyDescription,
  publicHalfOf,
  readPublicKey,
  splitPublicKeys,
  UnusableKey,
} from "./openpgp-keys.ts";
import { writeSecretFile } from "./secret-file.ts";

/** The OpenPGP keys of the platform and of those who deliver to it, in `<key folder>/openpgp` (0700, files 0600). */
export interface OpenpgpKeyFolder {
  /** Makes the platform's signing key and its standing key where they are missing. */
  prepare(now: Date): Promise<void>;
  /** Public halves that suppliers need: what certifies delivery keys, and the key for those who can't take delivery keys. */
  platformKeys(): Promise<{ readonly signing: string; readonly standing: string }>;
  /** Every private key that may open a delivery, armored. */
  privateKeys(): Promise<string[]>;
  /** Fingerprint of the standing key. */
  standingFingerprint(): Promise<string>;
  /** Makes a key for one delivery and keeps its private half. */
  createDeliveryKey(settings: {
    name: string;
    version: 4 | 6;
    rsa: boolean;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<KeyDescription & { readonly publicKey: string }>;
  /** Whether the private half of a delivery key is there, or what a killed destruction left of it. */
  hasDeliveryKey(fingerprint: string): Promise<boolean>;
  /** Destroys the private half of a delivery key, and checks that it is gone. */
  destroyDeliveryKey(fingerprint: string): Promise<void>;
  /** Destroys what killed processes left: halves of keys, and keys that nobody knows. Tells of each that it can't. @returns how many it did */
  destroyStrays(isKnown: (fingerprint: string) => Promise<boolean>, tell: (code: string) => void): Promise<number>;
  /** The trusted keys of an owner unit as one armored block; undefined when there are none. */
  senderKeys(ownerUnit: string): Promise<string | undefined>;
  trusted(ownerUnit: string): Promise<KeyDescription[]>;
  trust(ownerUnit: string, armoredKey: string): Promise<KeyDescription>;
  /** Safe to repeat. */
  distrust(ownerUnit: string, fingerprint: string): Promise<void>;
}

const SIGNING = "platform-signing";
const STANDING = "standing";
const FINGERPRINT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const UNIT = /^[a-z][a-z-]{0,40}$/;

/** @param keysDirectory the key folder of the platform */
export function openOpenpgpKeyFolder(keysDirectory: string): OpenpgpKeyFolder {
  const root = join(keysDirectory, "openpgp");
  const deliveries = join(root, "deliveries");
  const pair = (name: string) => ({ private: join(root, `${name}.asc`), public: join(root, `${name}.public.asc`) });

  function supplierFile(ownerUnit: string): string {
    if (!UNIT.test(ownerUnit)) throw new UnusableKey("The name of the unit is not one of the datasets' owners.");
    return join(root, "suppliers", `${ownerUnit}.asc`);
  }
  function deliveryFile(fingerprint: string): string {
    if (!FINGERPRINT.test(fingerprint)) throw new UnusableKey("A fingerprint has 40 or 64 hexadecimal digits, lower case.");
    return join(deliveries, `${fingerprint}.asc`);
  }

  async function prepareFolders(): Promise<void> {
    for (const folder of [root, join(root, "suppliers"), deliveries]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
    }
  }

  async function preparePair(name: string, title: string, now: Date, certifier?: string): Promise<void> {
    const halves = pair(name);
    if (!(await exists(halves.private))) {
      const { privateKey } = await createKeyPair({ name: title, version: 4, createdAt: now }, certifier);
      try {
        writeSecretFile(halves.private, privateKey);
      } catch (error) {
        // Another worker was first with it.
        if (errorCode(error) !== "EEXIST") throw error;
      }
    }
    // From the half that is kept.
    if (!(await exists(halves.public))) await writePrivately(halves.public, await publicHalfOf(await readFile(halves.private, "utf8")));
  }

  async function prepare(now: Date): Promise<void> {
    await prepareFolders();
    await preparePair(SIGNING, "Verification Platform signing key", now);
    await preparePair(STANDING, "Verification Platform standing delivery key", now, await readFile(pair(SIGNING).private, "utf8"));
  }

  async function senderKeys(ownerUnit: string): Promise<string | undefined> {
    return (await exists(supplierFile(ownerUnit))) ? readFile(supplierFile(ownerUnit), "utf8") : undefined;
  }
  async function trustedKeys(ownerUnit: string) {
    const armored = await senderKeys(ownerUnit);
    return armored === undefined ? [] : splitPublicKeys(armored);
  }

  return {
    prepare,
    senderKeys,
    trusted: trustedKeys,
    async platformKeys() {
      return { signing: await readFile(pair(SIGNING).public, "utf8"), standing: await readFile(pair(STANDING).public, "utf8") };
    },
    async privateKeys() {
      const files = (await readdir(deliveries)).filter((file) => file.endsWith(".asc")).map((file) => join(deliveries, file));
      const standing = (await exists(pair(STANDING).private)) ? [pair(STANDING).private] : [];
      // A delivery key may die between listing and reading; then it opens nothing any more.
      const read = await Promise.all([...files, ...standing].map((file) => readFile(file, "utf8").catch(() => undefined)));
      return read.filter((key) => key !== undefined);
    },
    async standingFingerprint() {
      return (await readPublicKey(await readFile(pair(STANDING).public, "utf8"))).fingerprint;
    },
    async createDeliveryKey(settings) {
      await prepare(settings.createdAt);
      const { privateKey, ...made } = await createKeyPair(settings, await readFile(pair(SIGNING).private, "utf8"));
      await writePrivately(deliveryFile(made.fingerprint), privateKey);
      return made;
    },
    async hasDeliveryKey(fingerprint) {
      const file = deliveryFile(fingerprint);
      return (await exists(file)) || (await exists(`${file}${DYING}`));
    },
    async destroyDeliveryKey(fingerprint) {
      const file = deliveryFile(fingerprint);
      // Out of the way first: what is overwritten in part is no key any more, and must not be read as one.
      if (await exists(file)) await rename(file, `${file}${DYING}`);
      for (const name of [`${file}${DYING}`, file]) await destroyFile(name);
    },
    async destroyStrays(isKnown, tell) {
      let destroyed = 0;
      const destroyUnlessKnown = async (file: string) => {
        const fingerprint = file.replace(/\.asc$/, "");
        if (FINGERPRINT.test(fingerprint) && (await isKnown(fingerprint))) return;
        await destroyFile(join(deliveries, file));
        destroyed += 1;
      };
      await eachByItself(await readdir(deliveries), destroyUnlessKnown, (_, code) => tell(code));
      return destroyed;
    },
    async trust(ownerUnit, armoredKey) {
      await prepareFolders();
      const { publicKey, ...added } = await readPublicKey(armoredKey);
      const others = (await trustedKeys(ownerUnit)).filter(({ fingerprint }) => fingerprint !== added.fingerprint);
      await writePrivately(supplierFile(ownerUnit), await joinPublicKeys([...others.map((other) => other.publicKey), publicKey]));
      return added;
    },
    async distrust(ownerUnit, fingerprint) {
      const keys = await trustedKeys(ownerUnit);
      const others = keys.filter((key) => key.fingerprint !== fingerprint);
      if (others.length === keys.length) return;
      if (others.length === 0) await destroyFile(supplierFile(ownerUnit));
      else await writePrivately(supplierFile(ownerUnit), await joinPublicKeys(others.map(({ publicKey }) => publicKey)));
    },
  };
}
