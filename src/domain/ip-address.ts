import ipaddr from "ipaddr.js";
import { RuleViolation } from "./rule-violation.ts";

/** More than any system has; so that a form can't be a list of the Internet. */
export const MOST_ADDRESSES = 64;

/**
 * Addresses of a whitelist: single IPv4 or IPv6 addresses, as text that can be compared (RFC 5952; IPv4-mapped IPv6 as IPv4), in order, each once.
 * @throws RuleViolation `address-missing`, `too-many-addresses`, `address-not-single` for a network or a range, `address-malformed` for anything else
 * @clause 3(7)
 */
export function canonicalAddresses(texts: readonly string[]): string[] {
  if (texts.length === 0)
    throw new RuleViolation("3(7)", "address-missing", "Name at least one fixed IP address that the system will ask from.");
  if (texts.length > MOST_ADDRESSES)
    throw new RuleViolation(
      "3(7)",
      "too-many-addresses",
      `One system has at most ${MOST_ADDRESSES} addresses: name those that it asks from.`,
    );
  return [...new Set(texts.map(canonicalAddress))];
}

/** One address in the form in which they are compared. @throws RuleViolation `address-not-single`, `address-malformed` @clause 3(7) */
export function canonicalAddress(raw: string): string {
  const text = raw.trim();
  // A zone names an interface of one machine; what follows a slash, a dash or a star is a network.
  if (/[/*]|[0-9a-f]\s*-/i.test(text))
    throw new RuleViolation("3(7)", "address-not-single", "Networks and ranges can't be whitelisted: list each fixed address by itself.");
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !(text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text))) {
    throw new RuleViolation("3(7)", "address-malformed", "An address is neither IPv4 (203.0.113.7) nor IPv6 (2001:db8::7): correct it.");
  }
  return ipaddr.process(text).toString();
}

const PRIVATE_RANGES = new Set(["private", "loopback", "uniqueLocal", "carrierGradeNat"]);

/** The kind of an address. IPv6 that embeds an IPv4 address (RFC 4291 §2.5.5.1) is no longer used, and Postgres writes it in another form. */
function rangeOf(address: string): string {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  const embeds = range === "unicast" && parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, 6).every((part) => part === 0);
  return embeds ? "deprecated" : range;
}

/** Whether an address is of a network that anybody may have at home. @param address canonical */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE_RANGES.has(ipaddr.parse(address).range());
}

/**
 * Only addresses that belong to one machine in the whole Internet can be whitelisted; private ones where the platform's settings allow it.
 * Multicast, unspecified and other reserved ones never are.
 * @param addresses canonical
 * @throws RuleViolation `address-not-public`
 * @clause 3(7)
 */
export function requireFixedAddresses(addresses: readonly string[], privateAllowed: boolean): void {
  for (const address of addresses) {
    const range = rangeOf(address);
    if (range === "unicast" || (privateAllowed && isPrivateAddress(address))) continue;
    throw new RuleViolation(
      "3(7)",
      "address-not-public",
      `${address} is a ${range} address: give the fixed public address that the platform sees.`,
    );
  }
}

/**
 * An address that another integration has too is approved only by a manager who knows it.
 * @param shared addresses that others have, canonical
 * @param acknowledged those that the approval names, canonical
 * @throws RuleViolation `address-shared`
 * @clause 3(7)
 */
export function requireSharedAcknowledged(shared: readonly string[], acknowledged: readonly string[]): void {
  const unknown = [...new Set(shared)].filter((address) => !acknowledged.includes(address));
  if (unknown.length > 0) {
    throw new RuleViolation(
      "3(7)",
      "address-shared",
      `Another integration has ${unknown.join(", ")} too: have the application corrected, or approve it knowing so (sharedAddresses).`,
    );
  }
}
