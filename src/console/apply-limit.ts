import { RateLimiterMemory } from "rate-limiter-flexible";
import { networkOf } from "../adapters/source-address.ts";

/** What one network may do without being known: an office fills in and saves, a machine doesn't fill the database. */
const FORMS = { points: 60, duration: 300 };
const DRAFTS = { points: 10, duration: 3600 };

/** Tells whether an address may send another form or open another link, or begin another draft. */
export function createApplyLimit(): { form(address: string): Promise<boolean>; draft(address: string): Promise<boolean> } {
  const [forms, drafts] = [new RateLimiterMemory(FORMS), new RateLimiterMemory(DRAFTS)];
  const within = (limiter: RateLimiterMemory) => (address: string) =>
    limiter.consume(networkOf(address)).then(
      () => true,
      () => false,
    );
  return { form: within(forms), draft: within(drafts) };
}
