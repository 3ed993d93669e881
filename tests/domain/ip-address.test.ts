import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { canonicalAddresses, MOST_ADDRESSES, requireFixedAddresses } from "../../src/domain/ip-address.ts";
import { ruleBroken } from "../support/integration.ts";

describe("addresses of a whitelist", () => {
  test("§3(7) keeps single addresses in one form, each once", () => {
    expect(canonicalAddresses([" 203.0.113.7 ", "2001:DB8:0:0::7", "::ffff:203.0.113.7"])).toEqual(["203.0.113.7", "2001:db8::7"]);
  });

  test.each(["203.0.113.0/24", "2001:db8::/32", "203.0.113.1-203.0.113.9", "203.0.113.*"])(
    "§3(7) refuses %s, which is more than one address",
    (text) => {
      expect(ruleBroken(() => canonicalAddresses([text]))).toBe("address-not-single");
    },
  );

  test.each([
    "",
    "203.0.113",
    "127.1",
    "0x7f000001",
    "2130706433",
    "010.0.0.1",
    "256.1.1.1",
    "fe80::1%eth0",
    "host.example",
    "1::2::3",
    "203.0.113.7:80",
  ])("§3(7) refuses %j, which is no address", (text) => {
    expect(ruleBroken(() => canonicalAddresses([text]))).toBe("address-malformed");
  });

  test("§3(7) needs at least one address", () => {
    expect(ruleBroken(() => canonicalAddresses([]))).toBe("address-missing");
    const many = Array.from({ length: MOST_ADDRESSES + 1 }, (_, place) => `203.0.113.${place}`);
    expect(canonicalAddresses(many.slice(1))).toHaveLength(MOST_ADDRESSES);
    expect(ruleBroken(() => canonicalAddresses(many))).toBe("too-many-addresses");
  });

  test.each(["10.1.2.3", "192.168.0.1", "172.16.0.1", "127.0.0.1", "::1", "fd00::1", "100.64.0.1"])(
    "§3(7) takes the private address %s only where the settings allow it",
    (address) => {
      expect(ruleBroken(() => requireFixedAddresses([address], false))).toBe("address-not-public");
      expect(ruleBroken(() => requireFixedAddresses([address], true))).toBeUndefined();
    },
  );

  test.each([
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "ff02::1",
    "fe80::1",
    "169.254.0.1",
    "::1:2",
    "::2",
    "::cb00:7107",
  ])("§3(7) never takes %s", (address) => {
    expect(ruleBroken(() => requireFixedAddresses([address], true))).toBe("address-not-public");
  });

  test("§3(7) takes public addresses", () => {
    expect(ruleBroken(() => requireFixedAddresses(["8.8.8.8", "2606:4700::1111"], false))).toBeUndefined();
  });

  test("§3(7) never takes an IPv6 address that only embeds an IPv4 one, which others write in another form", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 0xffff_ffff }), (ipv4) => {
        const addresses = canonicalAddresses([`::${(ipv4 >>> 16).toString(16)}:${(ipv4 & 0xffff).toString(16)}`]);
        expect(ruleBroken(() => requireFixedAddresses(addresses, true))).toBe("address-not-public");
      }),
    );
  });

  test("§3(7) gives every IPv4 and IPv6 address one canonical form, and canonical forms stay", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, (text) => {
        const [canonical = ""] = canonicalAddresses([text]);
        expect(canonicalAddresses([canonical])).toEqual([canonical]);
        expect(ipaddr.process(canonical).toByteArray()).toEqual(ipaddr.process(text).toByteArray());
      }),
    );
  });

  test("§3(7) never takes a network, whatever its mask", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 128 }), (text, mask) => {
        expect(ruleBroken(() => canonicalAddresses([`${text}/${mask}`]))).toBe("address-not-single");
      }),
    );
  });
});
