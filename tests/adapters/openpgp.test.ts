import { createMessage, encrypt, enums, generateKey, type PrivateKey, type PublicKey, revokeKey } from "openpgp";
import { beforeAll, describe, expect, test } from "vitest";
import { openDelivery } from "../../src/adapters/openpgp.ts";

interface Pair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

const NOW = new Date();
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
let platform: Pair;
beforeAll(async () => {
  platform = await makeKey("platform");
});

/** A key made 400 days ago. */
function makeKey(name: string, validDays = 0): Promise<Pair> {
  const keyExpirationTime = validDays * 86_400;
  return generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    userIDs: [{ name }],
    date: daysAgo(400),
    keyExpirationTime,
    format: "object",
  });
}

async function signerOf(signingKey: PrivateKey, signedAt: Date, trusted: PublicKey): Promise<string> {
  const message = await createMessage({ binary: Buffer.from("made up") });
  const sealed = await encrypt({ message, encryptionKeys: platform.publicKey, signingKeys: signingKey, format: "binary", date: signedAt });
  const delivery = await openDelivery(bytesOf(sealed), {
    privateKeys: [platform.privateKey.armor()],
    senderKeys: async () => trusted.armor(),
    maximumBytes: 1000,
    now: NOW,
  });
  return (await delivery.verify()).signerFingerprint;
}

async function* bytesOf(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}

describe("a delivery whose signature says that it is old", () => {
  test("§4(1)1 is taken from a key that is still good", async () => {
    const { privateKey, publicKey } = await makeKey("unit", 500);
    expect(await signerOf(privateKey, daysAgo(380), publicKey)).toBe(publicKey.getFingerprint());
  });

  test("§4(1)1 is not taken from a key whose time has passed since", async () => {
    const { privateKey, publicKey } = await makeKey("unit", 30);
    await expect(signerOf(privateKey, daysAgo(380), publicKey)).rejects.toMatchObject({ code: "unknown-signer" });
  });

  test.each(["keySuperseded", "keyRetired", "keyCompromised"] as const)(
    "§4(1)1 is not taken from a key that has been revoked since: %s",
    async (reason) => {
      const { privateKey } = await makeKey("unit");
      const revoked = await revokeKey({
        key: privateKey,
        reasonForRevocation: { flag: enums.reasonForRevocation[reason] },
        date: daysAgo(100),
        format: "object",
      });
      await expect(signerOf(privateKey, daysAgo(200), revoked.publicKey)).rejects.toMatchObject({ code: "unknown-signer" });
    },
  );
});
