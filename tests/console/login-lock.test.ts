import { afterAll, beforeAll, expect, test } from "vitest";
import { createVisitor, startTestConsole, type TestConsole } from "../support/console.ts";
import { PASSWORD } from "../support/console-office.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const OFFICE = "203.66.0.9";
let time = Date.parse("2026-11-24T09:00:00+08:00");
const now = () => time;
let console_: TestConsole;
let secret: string;

beforeAll(async () => {
  console_ = await startTestConsole({ now, trustedProxies: ["127.0.0.1"] });
  secret = await from(OFFICE).setUp("lin.manager", await console_.appoint("lin.manager", "manager"), PASSWORD);
});
afterAll(() => console_.close());

const from = (address: string) => createVisitor(console_, now, address);
const logsIn = async (address: string, password = PASSWORD) => {
  time += MINUTE;
  return (await from(address).logIn("lin.manager", password, secret)).location === "/console";
};

async function fail(address: string, times: number): Promise<void> {
  const stranger = from(address);
  await stranger.get("/console/log-in");
  for (let attempt = 0; attempt < times; attempt += 1)
    await stranger.post("/console/log-in", { account: "lin.manager", password: "Wrong-Password-77" });
}

test("§3(5) a stranger's failures lock the account for his own network, and nobody else's", async () => {
  await fail("198.51.100.7", 6);
  expect(await logsIn("198.51.100.7")).toBe(false);
  expect(await logsIn(OFFICE)).toBe(true);
  expect(await logsIn("203.66.0.10")).toBe(true);
});

test("§3(5) one IPv6 network counts as one, however many addresses it tries from", async () => {
  for (let host = 1; host <= 5; host += 1) await fail(`2001:db8:0:1::${host}`, 1);
  expect(await logsIn("2001:db8:0:1::99")).toBe(false);
  expect(await logsIn("2001:db8:0:2::1")).toBe(true);
});

test("§3(5) guessing from ever new networks ends for the day, while the holder's own network stays open", async () => {
  await console_.owner.pool.query("update account set failures = 99, failing_since = $1", [new Date(time)]);
  await fail("192.0.2.1", 1);
  expect(await logsIn("192.0.2.2")).toBe(false);
  expect(await logsIn(OFFICE)).toBe(true);
  expect(await logsIn("192.0.2.2")).toBe(false);
  const { rows } = await console_.owner.pool.query("select from login_network where network = '192.0.2.2'");
  expect(rows).toHaveLength(0);
  time += DAY;
  expect(await logsIn("192.0.2.2")).toBe(true);
});

test("§3(5) networks are forgotten 90 days after they were last tried from, and when the account is set up anew", async () => {
  time += 60 * DAY;
  await logsIn(OFFICE);
  time += 29 * DAY;
  await logsIn("203.66.0.11");
  time += 2 * DAY;
  await console_.owner.pool.query("update password set set_at = $1", [new Date(time)]);
  await logsIn("203.66.0.11");
  const networks = async () =>
    (await console_.owner.pool.query("select network from login_network order by 1")).rows.map(({ network }) => network);
  expect(await networks()).toEqual(["203.66.0.11", OFFICE].sort());
  await console_.appoint("lin.manager", "manager");
  expect(await networks()).toEqual([]);
});
