import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { ALL_CHECKS, madeUpId, PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

let api: TestApi;
let token: string;
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name, birthDate: PEOPLE.plain.birthDate };

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  ({ token } = await seedIntegration(api.owner.pool, { checks: [...ALL_CHECKS] }));
  await api.settle();
});
afterAll(() => api.close());

describe("§4(2)5 a log that can't be written", () => {
  test("§4(2)5 no answer without its entry: when the log can't be written, 503 with Retry-After", async () => {
    await api.owner.pool.query("revoke insert on query_log from platform_api");
    try {
      const { status, body, headers } = await ask(api.url, question(subject), { token });
      expect([status, body.code]).toEqual([503, "service-unavailable"]);
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      expect(body.answers).toBeUndefined();
    } finally {
      await api.owner.pool.query("grant insert on query_log to platform_api");
    }
    expect((await ask(api.url, question(subject), { token })).status).toBe(200);
  });

  test("§4(2)5 a full disk: 503 while nothing can be written, answers again when it can", async () => {
    // A file size limit on the API's own backends makes the server's writes fail as a full disk does: the table must outgrow it first.
    const limit = 17 * 1024 * 1024;
    await api.owner.pool.query(
      `insert into query_log (leaf_index, entry_id, asked_at, outcome, leaf_hash, entry) select 0, uuidv7(), now(), 'filler', sha256(i::text::bytea), convert_to(repeat(md5(i::text), 60), 'utf8') from generate_series(1, 11000) i`,
    );
    const backends = async () =>
      (
        await api.owner.pool.query("select pid from pg_stat_activity where datname = current_database() and usename = 'platform_api'")
      ).rows.map(({ pid }) => pid);
    const limitTo = async (bytes: string) => {
      for (const pid of await backends()) {
        try {
          const { uid, gid } = statSync(`/proc/${pid}`);
          execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { uid, gid, stdio: "ignore" });
        } catch {
          // Gone since it was listed: the next look finds what took its place.
        }
      }
    };
    const { subject: _, ...rest } = question({});
    const batch = {
      ...rest,
      subjects: Array.from({ length: 1000 }, (_, place) => ({ nationalId: madeUpId(5000 + place), name: "李小華" })),
    };
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    // The API may have given up an idle connection meanwhile, and opens one that has no limit yet.
    for (let round = 0; round < 3 || (round < 20 && answers.every(({ status }) => status === 200)); round += 1) {
      await limitTo(String(limit));
      answers.push(await ask(api.url, batch, { token, path: "/v1/verifications/batch" }));
    }
    await limitTo("unlimited");
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body, headers } of refused) {
      expect(body.code).toBe("service-unavailable");
      expect(headers["retry-after"]).toBeDefined();
      expect(body.results).toBeUndefined();
    }
    expect((await ask(api.url, question(subject), { token })).status).toBe(200);
  });
});
