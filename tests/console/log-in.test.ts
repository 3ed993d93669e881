import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { totpCode } from "../../src/adapters/authenticator.ts";
import { createVisitor, startTestConsole, type TestConsole } from "../support/console.ts";
import { PASSWORD } from "../support/console-office.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
let time = Date.parse("2026-11-24T09:00:00+08:00");
const now = () => time;
let console_: TestConsole;
let secret: string;

beforeAll(async () => {
  console_ = await startTestConsole({ now });
});
afterAll(() => console_.close());

const visitor = () => createVisitor(console_, now);
/** The next code of the authenticator. */
const later = (milliseconds = MINUTE) => {
  time += milliseconds;
};
const trail = async () =>
  (await console_.owner.pool.query("select account, action, outcome from admin_trail order by trail_id desc limit 1")).rows[0];

describe("setting up", () => {
  test("§3(5) the one-time token opens the set-up of password and authenticator, and nothing else", async () => {
    const token = await console_.appoint("lin.manager", "manager");
    const guest = visitor();
    await guest.get("/console/set-up");
    expect((await guest.post("/console/set-up", { account: "lin.manager", token: "x".repeat(43) })).text).toContain("一次性代碼不符");
    expect((await guest.post("/console/set-up", { account: "lin.manager", token })).location).toBe("/console/password");
    for (const path of ["/console", "/console/integrations", "/console/authenticator"])
      expect((await guest.get(path)).location).toBe("/console/password");
    await guest.get("/console/password");
    const weak = await guest.post("/console/password", { password: "P@ssw0rd2024!!", repeated: "P@ssw0rd2024!!" });
    expect([weak.status, weak.text.includes("常見密碼")]).toEqual([422, true]);
    expect((await guest.post("/console/password", { password: PASSWORD, repeated: `${PASSWORD}x` })).text).toContain(
      "兩次輸入的新密碼不同",
    );
    expect((await guest.post("/console/password", { password: PASSWORD, repeated: PASSWORD })).location).toBe("/console/authenticator");
    const page = await guest.get("/console/authenticator");
    secret = /secret=([A-Z2-7]{32})/.exec(page.text)?.[1] ?? "";
    expect(page.text).toContain("otpauth://totp/");
    expect(page.text).toContain('<svg class="qr" role="img"');
    expect((await guest.post("/console/authenticator", { code: "000000" })).text).toContain("驗證碼不符");
    expect((await guest.post("/console/authenticator", { code: totpCode(secret, time) })).location).toBe("/console");
    expect((await guest.get("/console")).status).toBe(200);
    // Used up.
    const again = visitor();
    await again.get("/console/set-up");
    expect((await again.post("/console/set-up", { account: "lin.manager", token })).status).toBe(422);
  });

  test("§3(5) §3(4) nothing that logs anybody in stands in the records as it is", async () => {
    const tables = ["account", "password", "session", "admin_trail"];
    const dumped = await Promise.all(
      tables.map(async (table) => JSON.stringify((await console_.owner.pool.query(`select t::text from ${table} t`)).rows)),
    );
    for (const known of [PASSWORD, secret, Buffer.from(secret).toString("hex")]) expect(dumped.join()).not.toContain(known);
    expect(dumped[1]).toContain("$argon2id$");
    expect(console_.logLines.join()).not.toContain(PASSWORD);
  });

  test("§3(5) a token is too old after a day", async () => {
    const token = await console_.appoint("chen.auditor", "auditor");
    later(DAY);
    const guest = visitor();
    await guest.get("/console/set-up");
    expect((await guest.post("/console/set-up", { account: "chen.auditor", token })).text).toContain("已逾期");
  });
});

describe("logging in", () => {
  test("§3(5) takes password and code; the cookie changes at each step, and each code counts once", async () => {
    later();
    const person = visitor();
    await person.get("/console/log-in");
    const before = person.cookies.get("console");
    expect((await person.post("/console/log-in", { account: "lin.manager", password: PASSWORD })).location).toBe("/console/code");
    const between = person.cookies.get("console");
    await person.get("/console/code");
    expect((await person.get("/console")).location).toBe("/console/code");
    const code = totpCode(secret, time);
    expect((await person.post("/console/code", { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })).location).toBe("/console");
    expect(new Set([before, between, person.cookies.get("console")]).size).toBe(3);
    expect((await person.get("/console")).text).toContain("目前沒有待辦事項");
    const other = visitor();
    await other.get("/console/log-in");
    await other.post("/console/log-in", { account: "lin.manager", password: PASSWORD });
    await other.get("/console/code");
    expect((await other.post("/console/code", { code })).text).toContain("已用過");
    // The cookie of a step before is worth nothing.
    const thief = visitor();
    thief.cookies.set("console", between ?? "");
    expect((await thief.get("/console")).location).toBe("/console/log-in");
  });

  test("§3(5) unknown account and wrong password get one answer, in one time", async () => {
    const attempt = async (account: string) => {
      const guest = visitor();
      await guest.get("/console/log-in");
      const started = performance.now();
      const { status, text } = await guest.post("/console/log-in", { account, password: "Wrong-Password-77" });
      return { status, text: text.replaceAll(account, "…").replace(/value="[\w-]{43}"/g, ""), took: performance.now() - started };
    };
    const unknown = await attempt("nobody.here");
    // What was typed is nobody's account, so it may be anything, and is not kept.
    expect(await trail()).toEqual({ account: null, action: "logIn", outcome: "log-in-wrong" });
    const wrong = await attempt("lin.manager");
    expect(await trail()).toEqual({ account: "lin.manager", action: "logIn", outcome: "log-in-wrong" });
    expect(unknown.text).toBe(wrong.text);
    expect([unknown.status, wrong.status]).toEqual([422, 422]);
    for (const { took } of [unknown, wrong]) expect(took).toBeGreaterThanOrEqual(245);
  });

  test("§3(5) five failures lock for fifteen minutes, also for the right password, and say no more than before", async () => {
    later(20 * MINUTE);
    expect((await visitor().logIn("lin.manager", PASSWORD, secret)).location).toBe("/console");
    const guesser = visitor();
    await guesser.get("/console/log-in");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => guesser.post("/console/log-in", { account: "lin.manager", password: "Wrong-Password-77" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(422));
    const { rows } = await console_.owner.pool.query("select failures from login_network where account = 'lin.manager'");
    expect(rows[0].failures).toBe(5);
    later(14 * MINUTE);
    expect((await visitor().logIn("lin.manager", PASSWORD, secret)).text).toContain("帳號或密碼不符");
    later(2 * MINUTE);
    expect((await visitor().logIn("lin.manager", PASSWORD, secret)).location).toBe("/console");
  });

  test("§3(5) the right password is no way to guess codes without end", async () => {
    later();
    const enter = async () => {
      const guesser = visitor();
      await guesser.get("/console/log-in");
      const { location } = await guesser.post("/console/log-in", { account: "lin.manager", password: PASSWORD });
      await guesser.get("/console/code");
      return { guesser, location };
    };
    for (let guesses = 0; guesses < 5; guesses += 1) {
      const { guesser, location } = await enter();
      expect(location, `guess ${guesses}`).toBe("/console/code");
      expect((await guesser.post("/console/code", { code: "000000" })).status).toBe(422);
    }
    expect((await enter()).location).toBe(null);
    later(16 * MINUTE);
  });

  test("§3(2) who holds no appointment any more gets no further, and who is in is out", async () => {
    const person = visitor();
    expect((await person.logIn("lin.manager", PASSWORD, secret)).location).toBe("/console");
    await console_.owner.pool.query("update appointment set valid_until = $1 where account = 'lin.manager'", [new Date(time)]);
    expect((await person.get("/console")).location).toBe("/console/log-in");
    later();
    expect((await visitor().logIn("lin.manager", PASSWORD, secret)).text).toContain("帳號或密碼不符");
    await console_.owner.pool.query("update appointment set valid_until = null where account = 'lin.manager'");
  });
});
