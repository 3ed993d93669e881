import ipaddr from "ipaddr.js";

/** The canonical text of an address: IPv4-mapped IPv6 as IPv4, IPv6 compressed (RFC 5952), no zone. */
export function canonicalAddress(address: string): string | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address.replace(/%.*$/, "")).toString() : undefined;
}

/**
 * Tells where a request comes from. A forwarding header counts only when the peer is a configured proxy, and then the last hop that is not a
 * proxy itself: everything to its left was written by the client and may be forged.
 * @param trustedProxies addresses of our own reverse proxies
 * @clause 3(7)
 */
export function createSourceAddress(
  trustedProxies: readonly string[],
): (peer: string | undefined, forwardedFor: string | undefined) => string {
  const proxies = new Set(trustedProxies.map((proxy) => canonicalAddress(proxy) ?? proxy));
  const canonicalPeers = new Map<string, string>();

  function canonicalPeer(peer: string): string {
    const known = canonicalPeers.get(peer);
    if (known !== undefined) return known;
    // Bounded, so that many peers can't fill the memory.
    if (canonicalPeers.size > 10_000) canonicalPeers.clear();
    const canonical = canonicalAddress(peer) ?? "unknown";
    canonicalPeers.set(peer, canonical);
    return canonical;
  }

  return (peer, forwardedFor) => {
    const direct = canonicalPeer(peer ?? "unknown");
    if (forwardedFor === undefined || !proxies.has(direct)) return direct;
    for (const hop of forwardedFor.split(",").reverse()) {
      const address = canonicalAddress(hop.trim());
      if (address === undefined) return "unknown";
      if (!proxies.has(address)) return address;
    }
    return direct;
  };
}

/** What limits count by: who has one IPv6 address has 2^64 of them, so its network stands for it. @param address canonical text */
export function networkOf(address: string): string {
  return startOf(address, 4);
}

/** What a provider gives to one site, 65,536 networks at once: for limits of what is left behind. @param address canonical text */
export function siteOf(address: string): string {
  return startOf(address, 3);
}

function startOf(address: string, groups: number): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, groups).join(":");
}
