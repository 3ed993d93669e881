import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { join } from "node:path";
import { isPrivateAddress } from "../domain/ip-address.ts";

let taiwan: BlockList | undefined;

/** Read when it is first asked for: most processes never do. */
function networksOfTaiwan(): BlockList {
  if (taiwan !== undefined) return taiwan;
  taiwan = new BlockList();
  for (const line of readFileSync(join(import.meta.dirname, "taiwan-addresses.txt"), "utf8").split("\n")) {
    const [address = "", prefix = ""] = line.split("/");
    const family = familyOf(address);
    if (family !== undefined) taiwan.addSubnet(address, Number(prefix), family);
  }
  return taiwan;
}

/**
 * Those of the addresses that no registry gave to Taiwan: they look as if they were abroad. An advice, never a ban: what a registry gave to Taiwan
 * may be used elsewhere, and the other way round. Private addresses are nobody's, and not among them.
 * @param addresses canonical texts
 * @clause 3(10)
 */
export function listForeignAddresses(addresses: readonly string[]): string[] {
  return addresses.filter((address) => {
    const family = familyOf(address);
    return family !== undefined && !isPrivateAddress(address) && !networksOfTaiwan().check(address, family);
  });
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  return ({ 4: "ipv4", 6: "ipv6" } as const)[isIP(address)];
}
