import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { totpCode } from "../../src/adapters/authenticator.ts";
import type { Visitor } from "../support/console.ts";
import { PASSWORD } from "../support/console-office.ts";
import { openTimedConsole, type TimedConsole } from "../support/timed-console.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
let house: TimedConsole;

beforeAll(async () => {
  house = await openTimedConsole();
});
afterAll(() => house.console_.close());

const asked = async (person: Visitor) => JSON.parse((await person.get("/console/session")).text);
const trail = async () =>
  (await house.console_.owner.pool.query("select account, action, outcome from admin_trail order by trail_id desc limit 1")).rows[0];

describe("sessions", () => {
  test("§4(2)4 end on the server after fifteen idle minutes, which looking at the clock doesn't lengthen", async () => {
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", PASSWORD, house.secret);
    house.later(14 * MINUTE);
    const { text } = await person.get("/console");
    expect(text).toContain(`data-session-ends-in="${15 * MINUTE}"`);
    expect(text).toMatch(/閒置逾時將於 \d\d:\d\d 自動登出/);
    house.later(14 * MINUTE);
    expect((await asked(person)).endsIn).toBe(MINUTE);
    house.later(MINUTE);
    expect(await asked(person)).toEqual({ endsIn: 0 });
    expect((await person.get("/console")).location).toBe("/console/log-in");
  });

  test("§4(2)4 end after ten hours however busy they are", async () => {
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", PASSWORD, house.secret);
    for (let quarters = 0; quarters < 46; quarters += 1) {
      house.later(13 * MINUTE);
      expect((await person.get("/console")).status).toBe(200);
    }
    expect(JSON.parse((await person.post("/console/session", {})).text).endsIn).toBe(2 * MINUTE);
    house.later(13 * MINUTE);
    expect((await person.get("/console")).location).toBe("/console/log-in");
  });

  test("§4(2)4 end when one leaves", async () => {
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", PASSWORD, house.secret);
    await person.get("/console");
    const token = person.cookies.get("console") ?? "";
    expect((await person.post("/console/log-out", {})).location).toBe("/console/log-in?ended");
    person.cookies.set("console", token);
    expect((await person.get("/console")).location).toBe("/console/log-in");
    expect(await trail()).toEqual({ account: "lin.manager", action: "leave", outcome: "done" });
  });
});

const carried = (text: string) =>
  Object.fromEntries([...text.matchAll(/name="(kept[\w.]+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]));
const REASON = "每月查核：第三類申請案，共 12 件，\n逐件核對案號";

describe("what was typed while the session ended", () => {
  test("§4(2)4 is shown again after the log-in, on the page that it was typed on; nothing was done, and nothing keeps it meanwhile", async () => {
    const auditor = await house.visitor().setUp("chen.auditor", await house.console_.appoint("chen.auditor", "auditor"), PASSWORD);
    house.later();
    const person = house.visitor();
    await person.logIn("chen.auditor", PASSWORD, auditor);
    await person.get("/console/queries");
    house.later(16 * MINUTE);
    const ended = await person.post("/console/queries", { operator: "tax-042", nationalId: "A123456789", reason: REASON });
    expect([ended.status, ended.text.includes("登入後會再顯示您輸入的內容"), ended.text.includes("A123456789")]).toEqual([
      200,
      true,
      false,
    ]);
    expect(carried(ended.text)).toEqual({ keptPath: "/console/queries", "kept.operator": "tax-042", "kept.reason": REASON });
    const wrong = await person.post("/console/log-in", { account: "chen.auditor", password: "wrong", ...carried(ended.text) });
    const code = await person.post("/console/log-in", { account: "chen.auditor", password: PASSWORD, ...carried(wrong.text) });
    expect([code.status, code.text.includes('action="/console/code"')]).toEqual([200, true]);
    const { status, text } = await person.post("/console/code", { code: totpCode(auditor, house.now()), ...carried(code.text) });
    expect([status, text.includes('action="/console/queries"'), text.includes("逐件核對案號")]).toEqual([200, true, true]);
    for (const told of ["登入前送出的操作沒有執行", 'value="tax-042"']) expect(text).toContain(told);
    expect((await person.get("/console/queries")).text).not.toContain("逐件核對案號");
    expect((await house.console_.owner.pool.query("select from query_log_opening")).rowCount).toBe(0);
    expect(house.console_.logLines.join("")).not.toContain("逐件核對");
  });

  test("§4(2)4 is not taken from a form that isn't ours, and leads nowhere but into the console", async () => {
    const stranger = house.visitor();
    await stranger.get("/console/log-in");
    const foreign = await stranger.post("/console/queries", { reason: REASON, formToken: "x" });
    expect([foreign.status, foreign.location]).toEqual([303, "/console/log-in"]);
    house.later();
    const kept = { keptPath: "https://example.com/", "kept.reason": REASON };
    const { location } = await stranger.post("/console/log-in", { account: "lin.manager", password: PASSWORD, ...kept });
    expect(location).toBe("/console/code");
  });

  test("§4(2)4 is not carried to what is no page: the browser goes there by itself", async () => {
    for (const [keptPath, place] of [
      ["/console/session?a\n", "/console/session?a"],
      ["/console/log-in", "/console/log-in"],
    ] as const) {
      house.later();
      const person = house.visitor();
      await person.get("/console/log-in");
      const code = await person.post("/console/log-in", { account: "lin.manager", password: PASSWORD, keptPath, "kept.reason": REASON });
      expect(code.text).toContain('action="/console/code"');
      const { status, location } = await person.post("/console/code", {
        code: totpCode(house.secret, house.now()),
        keptPath,
        "kept.reason": REASON,
      });
      expect([status, location]).toEqual([303, place]);
    }
  });
});

describe("changing the password", () => {
  const change = async (current: string, password: string) => {
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", current, house.secret);
    await person.get("/console/password");
    return person.post("/console/password", { current, password, repeated: password });
  };

  test("§3(5) none of the last three, not twice in a day, and never without the current one", async () => {
    house.later(2 * DAY);
    const second = `${PASSWORD}-second`;
    expect((await change(PASSWORD, PASSWORD)).text).toContain("不可與前 3 次");
    expect((await change(PASSWORD, second)).location).toBe("/console?password-set");
    expect((await change(second, `${PASSWORD}-third`)).text).toContain("1 天內不可再改");
    house.later(DAY);
    expect((await change(second, PASSWORD)).text).toContain("不可與前 3 次");
    house.later();
    const person = house.visitor();
    await person.logIn("lin.manager", second, house.secret);
    await person.get("/console/password");
    const wrong = await person.post("/console/password", {
      current: PASSWORD,
      password: "Another-Good-One-5",
      repeated: "Another-Good-One-5",
    });
    expect(wrong.text).toContain("目前密碼不符");
    await house.console_.owner.pool.query(
      "delete from password where argon2_hash = (select argon2_hash from password order by password_id desc limit 1)",
    );
  });

  test("§3(5) after ninety days it opens nothing but its own change", async () => {
    house.later(91 * DAY);
    const person = house.visitor();
    expect((await person.logIn("lin.manager", PASSWORD, house.secret)).location).toBe("/console/password");
    expect((await person.get("/console")).location).toBe("/console/password");
    expect((await person.get("/console/password")).text).toContain("已使用滿 90 天");
    const password = "Another-Good-One-5";
    expect((await person.post("/console/password", { password, repeated: password })).location).toBe("/console?password-set");
    expect((await person.get("/console")).status).toBe(200);
  });
});

test("§4(2)4 a reason that was typed is shown again too when the password has run out meanwhile, after a new one has been set", async () => {
  const auditor = await house.visitor().setUp("wang.auditor", await house.console_.appoint("wang.auditor", "auditor"), PASSWORD);
  house.later();
  const person = house.visitor();
  await person.logIn("wang.auditor", PASSWORD, auditor);
  await person.get("/console/queries");
  house.later(91 * 24 * 60 * MINUTE);
  const ended = await person.post("/console/queries", { operator: "tax-042", reason: REASON });
  const code = await person.post("/console/log-in", { account: "wang.auditor", password: PASSWORD, ...carried(ended.text) });
  const expired = await person.post("/console/code", { code: totpCode(auditor, house.now()), ...carried(code.text) });
  expect([expired.status, expired.text.includes('action="/console/password"')]).toEqual([200, true]);
  const weak = await person.post("/console/password", { password: "short", repeated: "short", ...carried(expired.text) });
  const fresh = "Sehr-neu-und-lang-7";
  const { status, text } = await person.post("/console/password", { password: fresh, repeated: fresh, ...carried(weak.text) });
  expect([status, text.includes('action="/console/queries"'), text.includes("逐件核對案號")]).toEqual([200, true, true]);
});

test("§3(1) the console's role in the records may appoint nobody, and take nothing from the trail", async () => {
  const { pool, close } = openDatabase(house.console_.database.consoleUrl, { max: 1 });
  for (const statement of [
    "insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason) values ('lin.manager', 'auditor', now(), 'x', now(), 'x')",
    "insert into account (account) values ('me.myself')",
    "update appointment set duty = 'manager'",
    "update admin_trail set outcome = 'done'",
    "delete from admin_trail",
    "delete from password",
    "select secret_hash from credential",
    "select * from query_log",
    "update integration set state = 'active'",
  ])
    await expect(pool.query(statement), statement).rejects.toThrow("permission denied");
  await close();
});
