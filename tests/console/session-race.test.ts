import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { totpCode } from "../../src/adapters/authenticator.ts";
import { PASSWORD } from "../support/console-office.ts";
import { openTimedConsole, type TimedConsole } from "../support/timed-console.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
let house: TimedConsole;

beforeAll(async () => {
  house = await openTimedConsole();
});
afterAll(() => house.console_.close());

const query = (text: string, values: unknown[] = []) => house.console_.owner.pool.query(text, values);
const sessions = async () => (await query("select stage from session where account = 'lin.manager'")).rows.map(({ stage }) => stage);

/** Does something while a request waits for rows that we hold. */
async function whileHeld<T>(hold: string, ask: () => Promise<T>, meanwhile: (holder: PoolClient) => Promise<void>): Promise<T> {
  const holder = await house.console_.owner.pool.connect();
  try {
    await holder.query("begin");
    await holder.query(hold);
    const asked = ask();
    await expect
      .poll(
        async () => (await query("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")).rowCount,
      )
      .toBe(1);
    await meanwhile(holder);
    await holder.query("commit");
    return await asked;
  } finally {
    holder.release();
  }
}

describe("what is taken away while somebody logs in", () => {
  test("§3(2) the appointment, while the password is hashed: no session comes of it", async () => {
    house.later(MINUTE);
    await query("delete from session");
    await query("insert into session values (sha256('old'), 'lin.manager', 'full', '2020-01-01', '2020-01-01')");
    const person = house.visitor();
    await person.get("/console/log-in");
    // Ended sessions are forgotten after the password was found right.
    const answer = await whileHeld(
      "select from session for update",
      () => person.post("/console/log-in", { account: "lin.manager", password: PASSWORD }),
      async () => void (await query("update appointment set valid_until = $1", [new Date(house.now())])),
    );
    expect([answer.status, await sessions()]).toEqual([422, []]);
    await query("update appointment set valid_until = null");
  });

  test("§3(5) the sessions, while the code is checked: no session comes of it", async () => {
    house.later(MINUTE);
    const person = house.visitor();
    await person.get("/console/log-in");
    await person.post("/console/log-in", { account: "lin.manager", password: PASSWORD });
    await person.get("/console/code");
    const answer = await whileHeld(
      "select from account for update",
      () => person.post("/console/code", { code: totpCode(house.secret, house.now()) }),
      async (holder) => void (await holder.query("delete from session where account = 'lin.manager'")),
    );
    expect([answer.status, await sessions()]).toEqual([422, []]);
  });

  test("§3(5) the account, while its holder sets a password: it isn't set", async () => {
    house.later(2 * DAY);
    const person = house.visitor();
    await person.logIn("lin.manager", PASSWORD, house.secret);
    await person.get("/console/password");
    const password = "Another-Good-One-5";
    const answer = await whileHeld(
      "select from account for update",
      () => person.post("/console/password", { current: PASSWORD, password, repeated: password }),
      async (holder) => void (await holder.query("delete from session where account = 'lin.manager'")),
    );
    expect([answer.status, answer.text.includes("登入階段已結束"), await sessions()]).toEqual([422, true, []]);
    expect((await query("select from password")).rowCount).toBe(1);
  });
});

test("§3(5) of two changes of a password at once one counts: the history can't be run through, nor its minimum age", async () => {
  house.later(MINUTE);
  const two = [house.visitor(), house.visitor()];
  for (const person of two) {
    house.later(MINUTE);
    await person.logIn("lin.manager", PASSWORD, house.secret);
    await person.get("/console/password");
  }
  const answers = await Promise.all(
    two.map((person, place) => {
      const password = `Another-Good-One-${place}`;
      return person.post("/console/password", { current: PASSWORD, password, repeated: password });
    }),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
  expect((await query("select from password")).rowCount).toBe(2);
});

test("§3(5) a set-up that was left alone ends when the next begins, and the secret that it showed is worth nothing", async () => {
  const token = await house.console_.appoint("chen.manager", "manager");
  const begin = async (password: string) => {
    const person = house.visitor();
    await person.get("/console/set-up");
    await person.post("/console/set-up", { account: "chen.manager", token });
    await person.get("/console/password");
    await person.post("/console/password", { password, repeated: password });
    return { person, shown: /secret=([A-Z2-7]{32})/.exec((await person.get("/console/authenticator")).text)?.[1] ?? "" };
  };
  const onlooker = await begin("Left-Alone-Password-1");
  const holder = await begin("Somebody-Comes-Back-2");
  expect(onlooker.shown).not.toBe(holder.shown);
  expect((await onlooker.person.get("/console/authenticator")).location).toBe("/console/log-in");
  expect((await holder.person.post("/console/authenticator", { code: totpCode(onlooker.shown, house.now()) })).status).toBe(422);
  expect((await holder.person.post("/console/authenticator", { code: totpCode(holder.shown, house.now()) })).location).toBe("/console");
});
