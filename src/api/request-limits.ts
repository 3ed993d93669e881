import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { IntegrationAccess } from "./access-register.ts";
import { Refusal } from "./problem.ts";

/** Entries of refusals that are logged in a minute for one caller, so that nobody fills the log with what gets no answer. */
const REFUSED_ENTRIES_PER_MINUTE = 600;

export interface RequestLimits {
  /** Counts one request of an integration. @throws Refusal `rate-limit-exceeded` or `daily-quota-exceeded` */
  admit(integration: IntegrationAccess, subjects: number): Promise<void>;
  /** The RateLimit headers (draft-ietf-httpapi-ratelimit-headers) for an integration's response. */
  headers(integration: IntegrationAccess): Record<string, string>;
  /**
   * Counts a refusal that the rate of an integration does not bound; false once the caller has used up what is logged for it in a minute.
   * @param caller the integration, if known, and the address
   * @param entries log entries that the refusal would leave
   */
  tolerateRefusal(caller: string, entries: number): Promise<boolean>;
}

/** Limits kept in this process: several API processes each allow the rate. The daily quota is counted in the database. */
export function createRequestLimits(): RequestLimits {
  const perIntegration = new Map<string, { limiter: RateLimiterMemory; remaining: number }>();
  const refusals = new RateLimiterMemory({ points: REFUSED_ENTRIES_PER_MINUTE, duration: 60 });

  function bucketOf({ integrationId, requestsPerSecond }: IntegrationAccess) {
    // Keyed by the rate too, so that a changed rate starts a new bucket.
    const key = `${integrationId}/${requestsPerSecond}`;
    let bucket = perIntegration.get(key);
    if (bucket === undefined) {
      bucket = { limiter: new RateLimiterMemory({ points: requestsPerSecond, duration: 1, keyPrefix: key }), remaining: requestsPerSecond };
      perIntegration.set(key, bucket);
    }
    return bucket;
  }

  return {
    async admit(integration, subjects) {
      if (integration.subjectsToday + subjects > integration.subjectsPerDay) {
        throw new Refusal("daily-quota-exceeded", "The integration has used up its approved number of subjects for today.", {
          retryAfter: 3600,
        });
      }
      const bucket = bucketOf(integration);
      try {
        bucket.remaining = (await bucket.limiter.consume("requests")).remainingPoints;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new Refusal("rate-limit-exceeded", "The integration asks faster than approved: slow down.", {
          retryAfter: Math.ceil(error.msBeforeNext / 1000),
        });
      }
    },
    headers(integration) {
      const left = Math.max(0, integration.subjectsPerDay - integration.subjectsToday);
      return {
        "ratelimit-policy": `"rate";q=${integration.requestsPerSecond};w=1, "day";q=${integration.subjectsPerDay};w=86400`,
        ratelimit: `"rate";r=${Math.max(0, bucketOf(integration).remaining)};t=1, "day";r=${left}`,
      };
    },
    tolerateRefusal: (caller, entries) =>
      // One large batch is still logged whole: it uses up its minute.
      refusals.consume(caller, Math.min(Math.max(entries, 1), REFUSED_ENTRIES_PER_MINUTE)).then(
        () => true,
        () => false,
      ),
  };
}
