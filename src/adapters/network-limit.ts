import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "./source-address.ts";

/**
 * Limits what strangers of one network may do, in this process.
 * @param duration seconds in which a network has its points
 * @param placeOf what counts as one network
 * @returns tells whether an address may once more
 */
export function createNetworkLimit(
  limit: { readonly points: number; readonly duration: number },
  placeOf: (address: string) => string = networkOf,
): (address: string) => Promise<boolean> {
  const limiter = new RateLimiterMemory(limit);
  return (address) =>
    limiter.consume(placeOf(address)).then(
      () => true,
      () => false,
    );
}
