import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { createKeys, openKeyStore } from "../../src/adapters/key-store.ts";
import { ask } from "../support/api.ts";
import { startApiProcess } from "../support/api-process.ts";
import { migrateForTests } from "../support/migrated.ts";
import { ALL_CHECKS, PEOPLE, question } from "../support/people.ts";
import { seedGenerations, seedIntegration } from "../support/seed.ts";

// A server of its own: these tests stop it.
let postgres: EmbeddedPostgres;
let token: string;
const directory = mkdtempSync(join(tmpdir(), "verification-platform-crash-"));
const keysDirectory = join(directory, "keys");
const subject = { nationalId: PEOPLE.plain.nationalId, name: PEOPLE.plain.name };
const apiUrl = () => postgres.url.replace(/\/\/[^@]*@/, "//platform_api:api@");

beforeAll(async () => {
  postgres = await startEmbeddedPostgres(join(directory, "postgres"));
  await migrateForTests(postgres.url);
  createKeys(keysDirectory);
  const { pool, close } = openDatabase(postgres.url, { max: 2 });
  await seedGenerations(pool, openKeyStore(keysDirectory), Object.values(PEOPLE));
  ({ token } = await seedIntegration(pool, { checks: [...ALL_CHECKS] }));
  await close();
});
afterAll(async () => {
  await postgres.stop();
  for (const place of [directory, postgres.directory]) rmSync(place, { recursive: true, force: true });
});

async function loggedIds(): Promise<Set<string>> {
  const { pool, close } = openDatabase(postgres.url, { max: 1 });
  try {
    return new Set((await pool.query("select entry_id from query_log")).rows.map(({ entry_id }) => entry_id));
  } finally {
    await close();
  }
}

interface Answered {
  readonly entryId: string;
  readonly receipt: { readonly leafIndex: number; readonly leafHash: string };
}

/** Asks over many connections; gives every answer that has arrived whole so far, and how to stop. */
function askOn(urls: readonly string[]): { readonly answered: readonly Answered[]; stop(): Promise<void> } {
  const answered: Answered[] = [];
  let stopped = false;
  const asking = Promise.all(
    urls.flatMap((url) =>
      Array.from({ length: 32 / urls.length }, async () => {
        while (!stopped) {
          const answer = await ask(url, question(subject), { token }).catch(() => undefined);
          if (answer?.status === 200) answered.push(answer.body);
        }
      }),
    ),
  );
  return {
    answered,
    async stop() {
      stopped = true;
      await asking;
    },
  };
}

const moreThan = (asking: { readonly answered: readonly Answered[] }, count: number) =>
  expect.poll(() => asking.answered.length).toBeGreaterThan(count);

/**
 * Has the whole server hang, as one does whose disk no longer answers.
 * @returns lets it go on
 */
async function hangServer(): Promise<() => void> {
  const { pool, close } = openDatabase(postgres.url, { max: 1 });
  const hung: number[] = [];
  const hang = (pid: number) => {
    process.kill(pid, "SIGSTOP");
    hung.push(pid);
  };
  const goOn = () => {
    for (const pid of hung.splice(0)) process.kill(pid, "SIGCONT");
  };
  try {
    await pool.query("select");
    const [server] = readFileSync(join(postgres.directory, "data", "postmaster.pid"), "utf8").split("\n");
    // It first: a connection that it took after the others were counted would answer on.
    hang(Number(server));
    const { rows } = await pool.query("select pid from pg_stat_activity where pid <> pg_backend_pid()");
    for (const { pid } of rows) hang(pid);
    return goOn;
  } catch (error) {
    goOn();
    throw error;
  } finally {
    await close();
  }
}

describe("§4(2)5 an answered question is in the log", () => {
  test("§4(2)5 kill -9 of the API under load, three times over", async () => {
    for (let round = 1; round <= 3; round += 1) {
      const api = await startApiProcess(apiUrl(), keysDirectory);
      const asking = askOn([api.url]);
      await moreThan(asking, 100 * round);
      await api.kill();
      await asking.stop();
      const logged = await loggedIds();
      expect(asking.answered.filter(({ entryId }) => !logged.has(entryId))).toEqual([]);
    }
  }, 60_000);

  test("§4(2)5 two processes at once, one of them killed with -9: places without gap or doublet, each receipt for its own entry", async () => {
    const [first, second] = await Promise.all([startApiProcess(apiUrl(), keysDirectory), startApiProcess(apiUrl(), keysDirectory)]);
    const asking = askOn([first.url, second.url]);
    await moreThan(asking, 200);
    await first.kill();
    await moreThan(asking, asking.answered.length + 50);
    await asking.stop();
    await second.kill();
    const { pool, close } = openDatabase(postgres.url, { max: 1 });
    try {
      const { rows } = await pool.query(
        "select leaf_index::int as place, encode(leaf_hash, 'hex') as hash from query_log order by leaf_index",
      );
      expect(rows.map(({ place }) => place)).toEqual(rows.map((_, place) => place));
      expect(asking.answered.filter(({ receipt }) => rows[receipt.leafIndex]?.hash !== receipt.leafHash)).toEqual([]);
      expect((await pool.query("select size::int from log_head")).rows[0].size).toBe(rows.length);
    } finally {
      await close();
    }
  });

  test("§4(2)5 the database killed under load: 503 meanwhile, nothing answered is lost, answers again by itself", async () => {
    const api = await startApiProcess(apiUrl(), keysDirectory);
    try {
      const asking = askOn([api.url]);
      await moreThan(asking, 100);
      await postgres.stop();
      const down = await ask(api.url, question(subject), { token });
      expect([down.status, down.body.code]).toEqual([503, "service-unavailable"]);
      expect(Number(down.headers["retry-after"])).toBeGreaterThan(0);
      await expect.poll(async () => (await ask(api.url, undefined, { method: "GET", path: "/readyz" })).status).toBe(503);
      expect((await ask(api.url, undefined, { method: "GET", path: "/healthz" })).status).toBe(200);
      await asking.stop();
      // However often one asks meanwhile, it is not one's own fault.
      const codes = await Promise.all(
        Array.from({ length: 700 }, async () => (await ask(api.url, question(subject), { token })).body.code),
      );
      expect(new Set(codes)).toEqual(new Set(["service-unavailable"]));
      postgres = await startEmbeddedPostgres(join(directory, "postgres"), { port: new URL(apiUrl()).port });
      const logged = await loggedIds();
      expect(asking.answered.filter(({ entryId }) => !logged.has(entryId))).toEqual([]);
      await expect.poll(async () => (await ask(api.url, question(subject), { token })).status).toBe(200);
    } finally {
      await api.stop();
    }
  });

  test("§4(2)5 a database that hangs without a word: 503 all the same, answers again by itself", async () => {
    const api = await startApiProcess(apiUrl(), keysDirectory);
    let goOn = () => {};
    try {
      expect((await ask(api.url, question(subject), { token })).status).toBe(200);
      goOn = await hangServer();
      const [underWay] = await Promise.all([
        ask(api.url, question(subject), { token }),
        expect.poll(async () => (await ask(api.url, undefined, { method: "GET", path: "/readyz" })).status).toBe(503),
      ]);
      expect([underWay.status, underWay.body.answers]).toEqual([503, undefined]);
      const started = performance.now();
      expect((await ask(api.url, question(subject), { token })).status).toBe(503);
      expect(performance.now() - started).toBeLessThan(5000);
      goOn();
      await expect.poll(async () => (await ask(api.url, question(subject), { token })).status).toBe(200);
    } finally {
      goOn();
      await api.kill();
    }
  }, 60_000);
});
