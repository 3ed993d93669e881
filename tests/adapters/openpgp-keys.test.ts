import { expect, test } from "vitest";
import { createKeyPair, splitPublicKeys } from "../../src/adapters/openpgp-keys.ts";

test("§4(1)1 what a key calls its holder is shown with what can't be seen written out", async () => {
  const { publicKey } = await createKeyPair({ name: "civil\u202e-affairs\u0007", version: 4, createdAt: new Date() });
  const [key] = await splitPublicKeys(publicKey);
  expect(key?.userIds).toEqual(["civil\\u202e-affairs\\u0007"]);
});
