import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listForeignAddresses } from "../../src/adapters/taiwan-addresses.ts";

describe("addresses that look foreign", () => {
  test.each([
    ["168.95.1.1", false],
    ["117.56.1.1", false],
    ["2001:b000:168::1", false],
    ["8.8.8.8", true],
    ["203.0.113.7", true],
    ["2001:4860:4860::8888", true],
  ])("§3(10) %s: %s", (address, foreign) => {
    expect(listForeignAddresses([address])).toEqual(foreign ? [address] : []);
  });

  test("§3(10) private addresses, which only a trial whitelists, are nobody's", () => {
    expect(listForeignAddresses(["127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fd00::1"])).toEqual([]);
  });

  test("§3(10) the edges of a network are in it, what is beside it is not", () => {
    expect(listForeignAddresses(["1.160.0.0", "1.175.255.255", "1.159.255.255", "1.176.0.0"])).toEqual(["1.159.255.255", "1.176.0.0"]);
  });

  test("§3(10) never says anything about an address that it wasn't asked about", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6())), (addresses) => {
        const foreign = listForeignAddresses(addresses);
        expect(foreign).toEqual(addresses.filter((address) => foreign.includes(address)));
      }),
    );
  });
});
