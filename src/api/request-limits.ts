import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { DayUsage } from "../../db/queries/query-log.ts";
import { networkOf } from "../adapters/source-address.ts";
import type { IntegrationAccess } from "./access-snapshot.ts";
import { Refusal, type whoseDoing } from "./problem.ts";

/** Entries of refusals that are logged in a minute for one caller, so that nobody fills the log with what gets no answer. */
const REFUSED_ENTRIES_PER_MINUTE = 600;
/** The same for one integration from all networks together, and for all callers that no integration is known for: they may come from many. */
const ENTRIES_PER_MINUTE_TOGETHER = 6000;
/** Subjects that one integration may have under way at once, so that it can't keep all others waiting. */
const MOST_UNDER_WAY = 20_000;

/** Gives back what a request had set aside of its integration's day. @param usage as the database counts; undefined: nothing was counted */
export type Settle = (usage: DayUsage | undefined) => void;

export interface RequestLimits {
  /** Counts one request of an integration. @throws Refusal `rate-limit-exceeded` */
  countRequest(integration: IntegrationAccess): Promise<void>;
  /**
   * Sets subjects of an integration's day aside, so that requests at once can't overdraw it in this process.
   * @param today ISO 8601, in Taiwan
   * @throws Refusal `daily-quota-exceeded`, or `overloaded` when the integration has too many under way
   */
  reserve(integration: IntegrationAccess, subjects: number, today: string): Settle;
  /** The RateLimit headers (draft-ietf-httpapi-ratelimit-headers) for an integration's response. */
  headers(integration: IntegrationAccess, today: string): Record<string, string>;
  /**
   * Counts a refusal; false once the caller has used up what is logged for it in a minute.
   * @param caller `integrationId` null: not known
   * @param entries log entries that the refusal would leave
   * @param whose what the caller did wrong and what is the platform's own trouble are counted apart
   */
  tolerateRefusal(
    caller: { readonly integrationId: number | null; readonly sourceAddress: string },
    entries: number,
    whose: ReturnType<typeof whoseDoing>,
  ): Promise<boolean>;
}

/** What one integration has asked on a day: as the database last said, and what is under way in this process. */
interface Usage {
  day: string;
  counted: number;
  underWay: number;
}

/**
 * Limits kept in this process: several API processes each allow the rate. The daily quota is counted in the database, and each answer tells
 * the process that gave it what all have counted: so several can overdraw it, by what each of the others has under way at most
 * (`MOST_UNDER_WAY`). It is a brake on abuse, which needs no lock between processes.
 */
export function createRequestLimits(): RequestLimits {
  const rates = new Map<string, { limiter: RateLimiterMemory; remaining: number }>();
  const usages = new Map<number, Usage>();
  const refusals = new RateLimiterMemory({ points: REFUSED_ENTRIES_PER_MINUTE, duration: 60, keyPrefix: "caller" });
  const together = new RateLimiterMemory({ points: ENTRIES_PER_MINUTE_TOGETHER, duration: 60, keyPrefix: "all" });

  function rateOf({ integrationId, requestsPerSecond }: IntegrationAccess) {
    // Keyed by the rate too, so that a changed rate starts a new bucket.
    const key = `${integrationId}/${requestsPerSecond}`;
    let rate = rates.get(key);
    if (rate === undefined) {
      rate = { limiter: new RateLimiterMemory({ points: requestsPerSecond, duration: 1, keyPrefix: key }), remaining: requestsPerSecond };
      rates.set(key, rate);
    }
    return rate;
  }

  function usageOf({ integrationId, usageDay, subjectsToday }: IntegrationAccess, today: string): Usage {
    let usage = usages.get(integrationId);
    if (usage === undefined) {
      usage = { day: today, counted: 0, underWay: 0 };
      usages.set(integrationId, usage);
    }
    if (usage.day !== today) Object.assign(usage, { day: today, counted: 0 });
    if (usageDay === today) usage.counted = Math.max(usage.counted, subjectsToday);
    return usage;
  }

  return {
    async countRequest(integration) {
      const rate = rateOf(integration);
      try {
        rate.remaining = (await rate.limiter.consume("requests")).remainingPoints;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new Refusal("rate-limit-exceeded", "The integration asks faster than approved: slow down.", {
          retryAfter: Math.ceil(error.msBeforeNext / 1000),
        });
      }
    },
    reserve(integration, subjects, today) {
      const usage = usageOf(integration, today);
      if (usage.counted + usage.underWay + subjects > integration.subjectsPerDay) {
        throw new Refusal("daily-quota-exceeded", "The integration has used up its approved number of subjects for today.", {
          retryAfter: 3600,
        });
      }
      if (usage.underWay + subjects > MOST_UNDER_WAY) {
        throw new Refusal("overloaded", "The integration has too many questions under way: wait for their answers.", { retryAfter: 1 });
      }
      usage.underWay += subjects;
      return (counted) => {
        usage.underWay -= subjects;
        if (counted === undefined || usage.day !== today) return;
        // Around midnight the database may still count the day before, or the next one already.
        usage.counted = counted.day === today ? Math.max(usage.counted, counted.subjects) : usage.counted + subjects;
      };
    },
    headers(integration, today) {
      const left = Math.max(0, integration.subjectsPerDay - usageOf(integration, today).counted);
      return {
        "ratelimit-policy": `"rate";q=${integration.requestsPerSecond};w=1, "day";q=${integration.subjectsPerDay};w=86400`,
        ratelimit: `"rate";r=${Math.max(0, rateOf(integration).remaining)};t=1, "day";r=${left}`,
      };
    },
    async tolerateRefusal({ integrationId, sourceAddress }, entries, whose) {
      // One large batch is still logged whole: it uses up its minute.
      const points = Math.min(Math.max(entries, 1), REFUSED_ENTRIES_PER_MINUTE);
      try {
        await refusals.consume(`${whose} ${integrationId ?? ""} ${networkOf(sourceAddress)}`, points);
        await together.consume(`${whose} ${integrationId}`, points);
        return true;
      } catch {
        return false;
      }
    },
  };
}
