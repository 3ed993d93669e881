import {
  type AnyPacket,
  type DecryptedSessionKey,
  decryptSessionKeys,
  enums,
  type MaybeStream,
  Message,
  PacketList,
  type PrivateKey,
  PublicKeyEncryptedSessionKeyPacket,
} from "openpgp";
import { DeliveryRejected } from "../domain/delivery-rejected.ts";

/** Who can open a delivery. */
export interface Recipients {
  /** Fingerprints of our keys that do open it, in the order in which the keys were given. */
  readonly ours: readonly string[];
  /** Keys (or passwords) of others that open it too. */
  readonly others: number;
}

/** A delivery has a handful; more would only cost us time. */
const MOST_RECIPIENTS = 100;
/** The library's types say it is a Map, but it is read as an object. */
const SESSION_KEYS_ONLY = { [enums.packet.publicKeyEncryptedSessionKey]: PublicKeyEncryptedSessionKeyPacket } as unknown as Parameters<
  typeof PacketList.fromBinary
>[1];

/**
 * Tries our keys on each session key of a message. A sender may hide a recipient (a key id of zeros), so that an id doesn't tell: only the key
 * that opens it was meant.
 * @returns also the session keys that the first of our keys yields
 * @throws DeliveryRejected `not-encrypted-for-us`, or `modified` where a session key names our key, which doesn't open it
 */
export async function findRecipients(
  message: Message<MaybeStream<Uint8Array>>,
  privateKeys: readonly PrivateKey[],
): Promise<Recipients & { readonly sessionKeys: DecryptedSessionKey[] }> {
  const { publicKeyEncryptedSessionKey, symEncryptedSessionKey } = enums.packet;
  const packets = message.packets.filterByTag(publicKeyEncryptedSessionKey);
  const count = message.packets.filterByTag(publicKeyEncryptedSessionKey, symEncryptedSessionKey).length;
  if (count > MOST_RECIPIENTS) throw new DeliveryRejected("not-encrypted-for-us");
  const keyIds = message.getEncryptionKeyIDs();
  const yielded = new Map<PrivateKey, DecryptedSessionKey[]>();
  let opened = 0;
  let named = false;
  for (const [place, packet] of packets.entries()) {
    const id = keyIds[place]?.toHex() ?? "";
    const hidden = /^0*$/.test(id);
    let opens = false;
    for (const key of privateKeys) {
      const ours = !hidden && key.getKeys().some((part) => part.getKeyID().toHex() === id);
      named ||= ours;
      const sessionKeys = hidden || ours ? await tryToOpen(packet, key) : undefined;
      if (sessionKeys === undefined) continue;
      opens = true;
      if (!yielded.has(key)) yielded.set(key, sessionKeys);
    }
    if (opens) opened += 1;
  }
  const keys = privateKeys.filter((key) => yielded.has(key));
  const [first] = keys;
  if (first === undefined) throw new DeliveryRejected(named ? "modified" : "not-encrypted-for-us");
  return { ours: keys.map((key) => key.getFingerprint()), others: count - opened, sessionKeys: yielded.get(first) ?? [] };
}

async function tryToOpen(packet: AnyPacket, key: PrivateKey): Promise<DecryptedSessionKey[] | undefined> {
  // A copy: the library forgets what is encrypted once it has tried.
  const one = new PacketList<AnyPacket>();
  one.push(packet);
  const copy = await PacketList.fromBinary(one.write(), SESSION_KEYS_ONLY);
  try {
    return await decryptSessionKeys({ message: new Message(copy), decryptionKeys: key });
  } catch {
    return undefined;
  }
}
