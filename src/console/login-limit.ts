import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "../adapters/source-address.ts";

/** Tries from one address in five minutes: a whole office behind one address logs in, a machine that guesses doesn't get far. */
const TRIES = 60;

/** Tells whether an address may try again. */
export function createLoginLimit(): (address: string) => Promise<boolean> {
  const limiter = new RateLimiterMemory({ points: TRIES, duration: 300 });
  return (address) =>
    limiter.consume(networkOf(address)).then(
      () => true,
      () => false,
    );
}
