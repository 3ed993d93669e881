import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { totpCode } from "../../src/adapters/authenticator.ts";
import type { Visitor } from "../support/console.ts";
import { PASSWORD } from "../support/console-office.ts";
import { openTimedConsole, type TimedConsole } from "../support/timed-console.ts";

const MINUTE = 60_000;
let house: TimedConsole;

beforeAll(async () => {
  house = await openTimedConsole();
});
afterAll(() => house.console_.close());

const asked = async (person: Visitor) => JSON.parse((await person.get("/console/session")).text);

describe("sessions", () => {
  test("§4(2)4 are in use by a page that says so with its form's token; no other site can, and nothing brings back one that has ended", async () => {
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", PASSWORD, house.secret);
    await person.get("/console");
    for (let turns = 0; turns < 3; turns += 1) {
      house.later(14 * MINUTE);
      expect(JSON.parse((await person.post("/console/session", {})).text).endsIn).toBe(15 * MINUTE);
    }
    const evil = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    house.later(14 * MINUTE);
    for (const formToken of ["", "x"]) expect((await person.post("/console/session", { formToken })).status).toBe(403);
    expect((await person.post("/console/session", {}, evil)).status).toBe(403);
    expect((await asked(person)).endsIn).toBe(MINUTE);
    house.later(MINUTE);
    const late = await person.post("/console/session", {});
    expect([late.status, JSON.parse(late.text)]).toEqual([200, { endsIn: 0 }]);
    expect(await asked(person)).toEqual({ endsIn: 0 });
  });

  test("§4(2)4 tell a page that outlived one its forms' new token, and whether it is the same account's; strangers nothing", async () => {
    const other = await house.visitor().setUp("chen.other", await house.console_.appoint("chen.other", "auditor"), PASSWORD);
    const holders: unknown[] = [];
    for (const [account, key] of [
      ["lin.manager", house.secret],
      ["lin.manager", house.secret],
      ["chen.other", other],
    ] as const) {
      house.later();
      const person = house.visitor();
      await person.get("/console/log-in");
      await person.post("/console/log-in", { account, password: PASSWORD });
      expect(await asked(person)).toEqual({ endsIn: 15 * MINUTE });
      await person.get("/console/code");
      await person.post("/console/code", { code: totpCode(key, house.now()) });
      const { holder, formToken } = await asked(person);
      const page = (await person.get("/console")).text;
      for (const known of [`data-holder="${holder}"`, `name="formToken" value="${formToken}"`]) expect(page).toContain(known);
      const { headers, text } = await person.get("/console/session");
      expect([headers.get("access-control-allow-origin"), headers.get("cache-control"), text.includes(account)]).toEqual([
        ...[null, "no-store", false],
      ]);
      holders.push(holder);
    }
    expect(new Set(holders).size).toBe(2);
    expect(holders[0]).toBe(holders[1]);
    const stranger = house.visitor();
    expect(await asked(stranger)).toEqual({ endsIn: 0 });
    await stranger.get("/console/log-in");
    expect(JSON.parse((await stranger.post("/console/session", {})).text)).toEqual({ endsIn: 0 });
  });
});
