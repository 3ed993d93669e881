import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { hashToken } from "../../src/adapters/session-token.ts";
import { readMachine } from "../../src/config.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const BY = ["--as", "chief.planning", "--reason", "府計字第1130001號"];
let database: TestDatabase;
let owner: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase(database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await owner.close();
  await database.drop();
});

function appoint(...argv: string[]): Promise<{ exitCode: number; lines: string[]; error: string }> {
  return new Promise((resolve) => {
    const env = { ...readMachine().inherited, DATABASE_URL: database.appointerUrl };
    execFile(process.execPath, [join(import.meta.dirname, "../../bin/appoint.ts"), ...argv], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, lines: stdout.trim().split("\n"), error: stderr.trim() });
    });
  });
}

const rows = async (query: string) => (await owner.pool.query(query)).rows;

describe("bin/appoint", () => {
  test("§3(1) §3(2) an appointment makes the account and its one-time token, of which only the hash is kept", async () => {
    const { exitCode, lines } = await appoint("appoint", "wu.officer", "--duty", "dedicatedOfficer", ...BY);
    expect([exitCode, lines.at(-1)]).toEqual([0, expect.stringContaining("wu.officer is appointed dedicatedOfficer from ")]);
    const token = lines.at(-2) ?? "";
    expect(token).toMatch(/^[\w-]{43}$/);
    const [account] = await rows("select set_up_hash, set_up_until - now() > interval '23 hours' as lasts from account");
    expect(account).toEqual({ set_up_hash: hashToken(token), lasts: true });
    expect(await rows("select account, action, object, outcome from admin_trail")).toEqual([
      { account: "chief.planning", action: "appoint", object: "account/wu.officer", outcome: "done" },
    ]);
  });

  test("§3(1) one dedicated officer at a time: the second is refused, and nothing is left of it", async () => {
    const { exitCode, error } = await appoint("appoint", "lo.officer", "--duty", "dedicatedOfficer", ...BY);
    expect([exitCode, error]).toEqual([1, expect.stringContaining("(duty-taken, clause 3(1))")]);
    expect(await rows("select account from account")).toEqual([{ account: "wu.officer" }]);
    // Nothing but that it was tried.
    expect(await rows("select account, action, object, outcome, reason from admin_trail where outcome <> 'done'")).toEqual([
      { account: BY[1], action: "appoint", object: "account/lo.officer", outcome: "duty-taken", reason: BY[3] },
    ]);
  });

  test("§3(1) §3(2) who is appointed for later has a token for the first day; another for the same account voids it, and says so", async () => {
    const token = async (...argv: string[]) =>
      (await appoint("appoint", "ma.auditor", ...argv, ...BY)).lines.slice(-3, -1) as [string, string];
    const lasts =
      "select set_up_hash, set_up_until = timestamptz '2199-12-02 00:00+08' as from_then from account where account = 'ma.auditor'";
    const [said, first] = await token("--duty", "auditor", "--from", "2199-12-01");
    expect(said).toContain("2199-12-01T16:00:00.000Z");
    expect(await rows(lasts)).toEqual([{ set_up_hash: hashToken(first), from_then: true }]);
    const [voids, second] = await token("--duty", "ethics", "--from", "2199-12-05");
    expect(voids).toContain("Any earlier one is void");
    expect(await rows(lasts)).toEqual([{ set_up_hash: hashToken(second), from_then: true }]);
  });

  test("§3(1) neither can one be written past the command: the records themselves refuse", async () => {
    await owner.pool.query("insert into account (account) values ('lo.officer')");
    await expect(
      owner.pool.query(
        "insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason) values ('lo.officer', 'dedicatedOfficer', now(), 'x', now(), 'x')",
      ),
    ).rejects.toThrow("one_dedicated_officer");
  });

  test("§3(5) a reset makes a new token, and the old one and every session are void", async () => {
    await owner.pool.query("insert into session values ($1, 'wu.officer', 'full', now(), now())", [hashToken("x")]);
    const { lines } = await appoint("reset", "wu.officer", ...BY);
    const [account] = await rows("select set_up_hash from account where account = 'wu.officer'");
    expect(account?.set_up_hash).toEqual(hashToken(lines.at(-2) ?? ""));
    expect(await rows("select 1 from session")).toEqual([]);
  });

  test("§3(1) an end frees the office for another, from that moment on", async () => {
    expect((await appoint("end", "wu.officer", "--duty", "dedicatedOfficer", ...BY)).exitCode).toBe(0);
    expect((await appoint("appoint", "lo.officer", "--duty", "dedicatedOfficer", ...BY, "--until", "2199-12-31")).exitCode).toBe(0);
    const { lines } = await appoint("list");
    expect(lines.filter((line) => line.startsWith("*"))).toEqual([expect.stringContaining("lo.officer  dedicatedOfficer")]);
    expect((await appoint("end", "wu.officer", "--duty", "dedicatedOfficer", ...BY)).error).toContain("appointment-over");
  });

  test.each([
    [[], "Name a command and an account"],
    [["dismiss", "wu.officer"], "Name a command and an account"],
    [["appoint", "wu.officer", "--duty", "king", ...BY], "--duty caseOfficer|"],
    [["appoint", "wu.officer", "--duty", "manager"], "--as ACCOUNT"],
    [["appoint", "wu.officer", "--duty", "manager", ...BY, "--from", "113/13/01"], "113/11/29"],
    [["appoint", "M123456789", "--duty", "manager", ...BY], "account-malformed"],
    [["reset", "nobody", ...BY], "account-unknown"],
  ])("§3(2) answers %j with one clear sentence", async (argv, sentence) => {
    const { exitCode, error } = await appoint(...argv);
    expect(exitCode).toBe(1);
    expect(error.split("\n")).toHaveLength(1);
    expect(error).toContain(sentence);
    // What may be a person's ID number is on no trail.
    expect(await rows("select object from admin_trail where object ilike '%m123456789%'")).toEqual([]);
  });

  test("§3(2) has its help", async () => {
    expect((await appoint("--help")).lines[0]).toContain("Usage: node bin/appoint.ts");
  });

  test("§3(1) an appointment says where its notices go, when that is one plain address", async () => {
    const manager = ["appoint", "lin.manager", "--duty", "manager", ...BY];
    const refused = await appoint(...manager, "--mail", "a@example.gov.tw,b@example.gov.tw");
    expect([refused.exitCode, refused.error]).toEqual([1, expect.stringContaining("one plain mail address")]);
    expect((await appoint(...manager, "--mail", "planning@example.gov.tw")).exitCode).toBe(0);
    expect(await rows("select mail_address from appointment where account = 'lin.manager'")).toEqual([
      { mail_address: "planning@example.gov.tw" },
    ]);
  });
});
