import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IntegrationAccess } from "../../src/api/access-snapshot.ts";
import { createRequestLimits } from "../../src/api/request-limits.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

const POLL = { timeout: 20_000, interval: 50 };
const PROXY = "127.0.0.9";
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };
let api: TestApi;
let token: string;
/** The API's clock can be set ahead. */
let ahead = 0;

beforeAll(async () => {
  api = await startTestApi({ trustedProxies: [PROXY], now: () => Date.now() + ahead });
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  ({ token } = await seedIntegration(api.owner.pool, { checks: ["resident"] }));
  await api.settle();
});
afterAll(() => api.close());

const asked = (changes: Record<string, unknown> = {}) => question(subject, { checks: ["resident"], ...changes });

async function entriesFrom(address: string): Promise<number> {
  const { rows } = await api.owner.pool.query(
    "select count(*)::int as entries from query_log where convert_from(entry, 'UTF8')::json->>'sourceAddress' = $1",
    [address],
  );
  return rows[0].entries;
}

describe("a day's quota", () => {
  const DAY = 86_400_000;
  const claimed = (body: object, credential: string, key: string) =>
    ask(api.url, body, { token: credential, headers: { "idempotency-key": key } });

  test("§4(1)2 is not overdrawn by requests at once, and begins anew on the next day", async () => {
    const daily = await seedIntegration(api.owner.pool, {
      checks: ["resident"],
      subjectsPerDay: 5,
      until: new Date(Date.now() + 30 * DAY),
    });
    await api.settle();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(api.url, asked(), { token: daily.token })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, "daily-quota-exceeded"]));
    await api.owner.pool.query("update credential set valid_until = now() + interval '30 days' where integration_id = $1", [
      daily.integrationId,
    ]);
    await api.settle();
    ahead = DAY;
    try {
      expect((await ask(api.url, asked(), { token: daily.token })).status).toBe(200);
    } finally {
      ahead = 0;
    }
  });

  test("§4(2)5 used up by the very request that is repeated, it does not stand against the same answer", async () => {
    const daily = await seedIntegration(api.owner.pool, { checks: ["resident"], subjectsPerDay: 1 });
    await api.settle();
    const first = await claimed(asked(), daily.token, "once");
    expect((await claimed(asked(), daily.token, "once")).text).toBe(first.text);
    expect((await claimed(asked({ reason: "另一事由" }), daily.token, "once")).body.code).toBe("daily-quota-exceeded");
    expect((await claimed(asked(), daily.token, "twice")).body.code).toBe("daily-quota-exceeded");
  });
});

describe("a day's count", () => {
  test("§4(1)2 that the database still keeps for the day before is not taken for the new day's", () => {
    const limits = createRequestLimits();
    const access = { integrationId: 1, subjectsPerDay: 1000, requestsPerSecond: 1, usageDay: "2026-12-01", subjectsToday: 1000 };
    const integration = access as unknown as IntegrationAccess;
    limits.reserve(integration, 1, "2026-12-02")({ day: "2026-12-01", subjects: 1001 });
    expect(() => limits.reserve(integration, 1000, "2026-12-02")).toThrow();
    limits.reserve(integration, 999, "2026-12-02")({ day: "2026-12-02", subjects: 999 });
    limits.reserve(integration, 1, "2026-12-02")({ day: "2026-12-02", subjects: 1000 });
    expect(() => limits.reserve(integration, 1, "2026-12-02")).toThrow(expect.objectContaining({ code: "daily-quota-exceeded" }));
  });
});

test("§4(1)2 several API processes overdraw a day's quota by no more than what each has under way, and then all refuse", () => {
  const QUOTA = 1000;
  let counted = 0;
  const access = { integrationId: 1, subjectsPerDay: QUOTA, requestsPerSecond: 1, usageDay: "2026-12-01", subjectsToday: 0 };
  const processes = Array.from({ length: 4 }, createRequestLimits);
  /** Sets subjects aside in a process. @returns has them counted */
  const reserve = (process: (typeof processes)[0], subjects: number) => {
    const settle = process.reserve(access as unknown as IntegrationAccess, subjects, "2026-12-01");
    return () => {
      counted += subjects;
      settle({ day: "2026-12-01", subjects: counted });
    };
  };
  const large = processes.map((process) => reserve(process, 300));
  for (const process of processes) {
    // One small question after the other, until it is refused.
    expect(() => {
      for (;;) reserve(process, 10)();
    }).toThrow(expect.objectContaining({ code: "daily-quota-exceeded" }));
  }
  for (const answer of large) answer();
  expect(counted).toBeGreaterThan(QUOTA);
  expect(counted).toBeLessThanOrEqual(QUOTA + 3 * (300 + 10));
  for (const process of processes) expect(() => reserve(process, 1)).toThrow(expect.objectContaining({ code: "daily-quota-exceeded" }));
});

describe("limits", () => {
  test("too fast, and too many in a day: each says when to come back", async () => {
    const fast = await seedIntegration(api.owner.pool, { checks: ["resident"], requestsPerSecond: 2 });
    const daily = await seedIntegration(api.owner.pool, { checks: ["resident"], subjectsPerDay: 1 });
    await api.settle();
    expect((await ask(api.url, asked(), { token: daily.token })).status).toBe(200);
    const over = await ask(api.url, asked(), { token: daily.token });
    expect([over.status, over.body.code]).toEqual([429, "daily-quota-exceeded"]);
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(api.url, asked(), { token: fast.token })));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.code).toBe("rate-limit-exceeded");
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("§4(2)5 who gets no answer fills no log: refused entries are logged up to a bound in a minute, batches by their size", async () => {
    const { subject: _, ...rest } = asked();
    const batch = { ...rest, subjects: Array.from({ length: 500 }, () => subject) };
    const path = "/v1/verifications/batch";
    const narrow = await seedIntegration(api.owner.pool, { checks: ["resident"], addresses: ["127.0.0.6"] });
    await api.settle();
    // Of strangers only what is short is read at all.
    const short = { ...batch, subjects: batch.subjects.slice(0, 100) };
    const unknown = { token: `vp_${"x".repeat(43)}`, path, from: "127.0.0.4" };
    const statuses = [];
    for (let times = 0; times < 7; times += 1) statuses.push((await ask(api.url, short, unknown)).status);
    expect(statuses).toEqual([...Array(6).fill(401), 429]);
    expect(await entriesFrom("127.0.0.4")).toBe(600);
    for (const [from, credential, more] of [
      ["127.0.0.5", token, {}],
      // One who may ask, and asks for more than it may.
      ["127.0.0.6", narrow.token, { checks: ["disability"] }],
    ] as const) {
      const wrong = { ...batch, ...more };
      expect((await ask(api.url, wrong, { token: credential, path, from })).status).not.toBe(429);
      const second = await ask(api.url, wrong, { token: credential, path, from });
      expect([second.status, second.body.code, second.headers["retry-after"]]).toEqual([429, "too-many-refusals", "60"]);
      expect(second.body.entryId).toBeUndefined();
      expect(await entriesFrom(from)).toBe(500);
    }
    // Others are not made to pay for it.
    expect((await ask(api.url, asked(), { token })).status).toBe(200);
  });
});

test("§4(2)5 the platform's own trouble is told to the end, and fills no log either", async () => {
  const path = "/v1/verifications/batch";
  const { subject: _, ...rest } = asked();
  const batch = { ...rest, subjects: Array.from({ length: 1000 }, () => subject) };
  const eager = await seedIntegration(api.owner.pool, { checks: ["resident"], addresses: ["127.0.0.7"] });
  await api.settle();
  const holder = await api.owner.pool.connect();
  const refused: (string | undefined)[] = [];
  try {
    await holder.query("begin");
    await holder.query("select size from log_head for update");
    const answers = Array.from({ length: 25 }, async () => {
      const { status, body } = await ask(api.url, batch, { token: eager.token, path, from: "127.0.0.7" });
      if (status !== 200) refused.push(body.code);
    });
    // Twenty are as much as one integration may have under way.
    await expect.poll(() => refused, POLL).toEqual(Array(5).fill("overloaded"));
    await holder.query("rollback");
    await Promise.all(answers);
  } finally {
    holder.release(true);
  }
  expect(refused).toHaveLength(5);
  // One batch that is refused uses up the minute of what is logged for it.
  await expect.poll(() => entriesFrom("127.0.0.7"), POLL).toBe(21_000);
});

test("metrics are for the addresses that may read them, also through our own proxy", async () => {
  const read = (from: string, headers: Record<string, string> = {}) =>
    ask(api.url, undefined, { method: "GET", path: "/metrics", from, headers });
  expect((await read("127.0.0.1")).status).toBe(200);
  expect((await read(PROXY, { "x-forwarded-for": "127.0.0.1" })).status).toBe(200);
  expect((await read(PROXY, { "x-forwarded-for": "203.0.113.7" })).status).toBe(403);
  expect((await read(PROXY, { "x-forwarded-for": "127.0.0.1, 203.0.113.7" })).status).toBe(403);
});
