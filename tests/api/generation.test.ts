import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAccessRegister } from "../../src/api/access-register.ts";
import { RecordsReplaced } from "../../src/api/generation.ts";
import { type FoundRecord, recordDay } from "../../src/api/subject-table.ts";
import { ask, askWhileChanging, startTestApi, type TestApi } from "../support/api.ts";
import { PEOPLE, question } from "../support/people.ts";
import { replaceGenerations, seedGenerations, seedIntegration } from "../support/seed.ts";

/** What stands for no bound. */
const [FIRST_DAY, LAST_DAY] = [-(2 ** 31), 2 ** 31 - 1];
let api: TestApi;
const everybody = Object.values(PEOPLE);
const logger = pino({ level: "silent" });

beforeAll(async () => {
  api = await startTestApi();
  await seedGenerations(api.owner.pool, api.keyStore, everybody);
});
afterAll(() => api.close());

async function tableOf(datasetId: number) {
  const register = await openAccessRegister(api.owner.pool, logger);
  await register.close();
  const generation = register.current().datasets.generations.find((each) => each.datasetId === datasetId);
  if (generation === undefined) throw new Error("The dataset has no generation.");
  return generation.subjects;
}

/** A pool that does something else right after the first statement of a name. */
function interrupted(pool: Pool, name: string, act: () => Promise<void>): Pool {
  let acted = false;
  return new Proxy(pool, {
    get(target, property) {
      if (property !== "query") return Reflect.get(target, property, target);
      return async (config: { name?: string }, ...rest: unknown[]) => {
        const result = await (target.query as (...all: unknown[]) => Promise<unknown>).call(target, config, ...rest);
        if (!acted && config.name === name) {
          acted = true;
          await act();
        }
        return result;
      };
    },
  });
}

describe("a generation is read into memory", () => {
  test("§4(1)4 every record as it is stored, from a table of many blocks", async () => {
    const { pool } = api.owner;
    await pool.query(`
      insert into subject_record (dataset_id, subject_key, name_key, name_variant_key, birth_date_key, unreadable_positions, indigenous, valid_from, valid_until)
      select 2, substr(sha256(('s' || n)::bytea), 1, 16), case when n % 2 = 0 then substr(sha256(('n' || n)::bytea), 1, 16) end,
        case when n % 6 = 0 then substr(sha256(('v' || n)::bytea), 1, 16) end, case when n % 3 = 0 then substr(sha256(('b' || n)::bytea), 1, 16) end,
        case when n % 5 = 0 then n::bigint << 34 end, case when n % 4 > 0 then n % 4 = 1 end,
        case when n % 7 = 0 then date '1911-12-31' + n end, case when n % 11 = 0 then date '2026-01-01' + n end
      from generate_series(1, 20000) n`);
    await pool.query("update generation set row_count = 20000 where dataset_id = 2");
    const table = await tableOf(2);
    const { rows } = await pool.query(`
      select encode(subject_key, 'hex') as key, encode(name_key, 'hex') as name, encode(name_variant_key, 'hex') as variant,
        encode(birth_date_key, 'hex') as birth, unreadable_positions::float as positions, indigenous, valid_from::text as since, valid_until::text as until
      from subject_record where dataset_id = 2`);
    expect(table.size).toBe(20_000);
    const none = "0".repeat(32);
    for (const { key, name, variant, birth, positions, indigenous, since, until } of rows) {
      expect(table.find(key)).toEqual({
        found: true,
        nameKey: name ?? none,
        nameVariantKey: variant ?? name ?? none,
        birthDateKey: birth ?? none,
        unreadablePositions: positions ?? 0,
        indigenous: indigenous ?? false,
      } satisfies FoundRecord);
      const from = since === null ? FIRST_DAY : recordDay(since);
      const last = until === null ? LAST_DAY : recordDay(until);
      expect([from - 1, from, last, last + 1].map((day) => table.holds(key, day))).toEqual([false, from <= last, from <= last, false]);
    }
    expect(table.find(randomBytes(16).toString("hex")).found).toBe(false);
  });

  test("§4(1)4 one that is replaced while it is read is read anew, whole", async () => {
    const more = Array.from({ length: 30 }, (_, place) => ({ ...PEOPLE.plain, nationalId: `A1${String(10_000_000 + place)}` }));
    const pool = interrupted(api.owner.pool, "read-access-register", () =>
      replaceGenerations(api.owner.pool, api.keyStore, [...everybody, ...more]),
    );
    const register = await openAccessRegister(pool, logger);
    await register.close();
    const [{ id }] = (await api.owner.pool.query("select current_generation_id as id from dataset where dataset_id = 1")).rows;
    const household = register.current().datasets.generations.find(({ datasetId }) => datasetId === 1);
    expect([household?.generationId, household?.subjects.size]).toEqual([id, everybody.length + more.length]);
  });

  test.each([
    ["whose hashes are not of the expected length", "insert into subject_record (dataset_id, subject_key) values (1, '\\x00')"],
    [
      "that has more people than were imported",
      "insert into subject_record (dataset_id, subject_key) values (1, decode(repeat('00', 16), 'hex'))",
    ],
    ["that lacks somebody", "delete from subject_record where ctid = (select min(ctid) from subject_record where dataset_id = 1)"],
  ])("§4(1)4 one %s answers nothing", async (_title, change) => {
    const other = await startTestApi();
    try {
      await seedGenerations(other.owner.pool, other.keyStore, everybody);
      await other.owner.pool.query(change);
      await expect(openAccessRegister(other.owner.pool, logger)).rejects.toThrow(RecordsReplaced);
    } finally {
      await other.close();
    }
  });

  test("§4(1)2 whoever asks without a pause hears nothing of a generation that was replaced before the question came", async () => {
    const { token } = await seedIntegration(api.owner.pool, { checks: ["indigenous"] });
    const { nationalId, name, birthDate } = PEOPLE.plain;
    const generation = (indigenous: boolean) =>
      replaceGenerations(api.owner.pool, api.keyStore, [
        { ...PEOPLE.plain, indigenous },
        ...everybody.filter((one) => one !== PEOPLE.plain),
      ]);
    await generation(false);
    await api.settle();
    const asked = question({ nationalId, name, birthDate }, { checks: ["indigenous"] });
    const answers: unknown[] = [];
    const late = await askWhileChanging(
      async () => {
        const { status, body } = await ask(api.url, asked, { token });
        answers.push([status, body.answers?.indigenous]);
        return body.answers?.indigenous === true;
      },
      () => generation(true),
    );
    expect(late).toBe(0);
    for (const answer of answers)
      expect([
        [200, false],
        [200, true],
      ]).toContainEqual(answer);
  });
});
