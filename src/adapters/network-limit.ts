import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "./source-address.ts";

/**
 * Limits what strangers of one network may do, in this process.
 * @param duration seconds in which a network has its points
 * @returns tells whether an address may once more
 */
export function createNetworkLimit(limit: { readonly points: number; readonly duration: number }): (address: string) => Promise<boolean> {
  const limiter = new RateLimiterMemory(limit);
  return (address) =>
    limiter.consume(networkOf(address)).then(
      () => true,
      () => false,
    );
}
