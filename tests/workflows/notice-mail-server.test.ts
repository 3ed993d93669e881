import { CancelledFailure } from "@temporalio/common";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { countWaitingNotices } from "../../db/queries/notice-waiting.ts";
import { type MailOffice, mailAttempt, OFFICE, openMailOffice } from "../support/mail-office.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";

let office: MailOffice;
let server: TestMailServer;

beforeAll(async () => {
  office = await openMailOffice();
});
afterAll(() => office.stop());
beforeEach(async () => {
  await office.rows("truncate notice, notice_mail");
  server = await startMailServer();
});
afterEach(() => server.stop());

const send = (url = server.url) => office.send(url);

describe("a mail server", () => {
  test("§4(1)2 that is down loses nothing: what it did not take goes out when it is back, once", async () => {
    await office.due();
    const port = Number(new URL(server.url).port);
    await server.stop();
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    expect(await office.rows("select from notice_mail")).toEqual([]);
    server = await startMailServer(port);
    await send();
    await send();
    expect(server.mails).toHaveLength(1);
  });

  test("§4(1)2 that has no room for one mail now holds the others up no longer than that", async () => {
    server.next.push("452 4.2.2 over quota");
    await office.due({}, 2000);
    await office.due({}, 1000);
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    expect(server.mails).toHaveLength(1);
    await send();
    expect(server.mails).toHaveLength(2);
  });

  test("§4(1)2 that knows no such mailbox is not asked again, and the record says so", async () => {
    server.next.push("550 5.1.1 user unknown");
    await office.due();
    await send();
    await send();
    expect(server.mails).toEqual([]);
    expect(await office.rows("select reply_code from notice_mail")).toEqual([{ reply_code: 550 }]);
  });

  test("§4(1)2 that knows no such mailbox has sent nothing: the notice is counted as waiting, and goes to the office's next address", async () => {
    server.next.push("550 5.1.1 user unknown");
    await office.due();
    await send();
    expect(await countWaitingNotices(office.owner.pool, new Date())).toBe(1);
    await office.mailTo("new@example.gov.tw");
    await send();
    await office.mailTo(OFFICE);
    expect(server.mails.map(({ to }) => to)).toEqual(["new@example.gov.tw"]);
    expect(await countWaitingNotices(office.owner.pool, new Date())).toBe(0);
  });

  test("§4(1)2 that refuses us, at whatever addressee, loses nothing: all goes out once it takes us again", async () => {
    server.next.push("554 5.7.1 client host rejected", "530 5.7.0 authentication required", "554 no service");
    for (const ago of [3000, 2000, 1000]) await office.due({}, ago);
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    expect(await office.rows("select from notice_mail")).toEqual([]);
    expect(await countWaitingNotices(office.owner.pool, new Date())).toBe(3);
    await send();
    expect(server.mails).toHaveLength(3);
    expect(await countWaitingNotices(office.owner.pool, new Date())).toBe(0);
  });

  test("§4(1)2 that refuses one addressee for now keeps the notice from nobody else, and asks for that one again", async () => {
    await office.rows("update appointment set mail_address = account || '@example.gov.tw' where duty = 'manager'");
    server.next.push("550 5.7.1 not allowed here");
    await office.due({ recipient: "manager" });
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    const reached = server.mails.map(({ to }) => to);
    expect(reached.length).toBeGreaterThan(0);
    await send();
    await send();
    const all = server.mails.map(({ to }) => to);
    expect([new Set(all).size, all.length]).toEqual([reached.length + 1, reached.length + 1]);
    await office.rows("update appointment set mail_address = null where duty = 'manager'");
  });

  test("§4(1)2 elsewhere gets nothing without TLS, and this machine's nothing under a certificate that isn't its own", async () => {
    await office.due();
    // The same server by an address that isn't known to be this machine's.
    const elsewhere = server.url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    await expect(send(elsewhere)).rejects.toMatchObject({ type: "mail-delayed" });
    expect(server.connections()).toBe(1);
    const strange = await startMailServer(0, { secure: true });
    await expect(send(strange.url)).rejects.toMatchObject({ type: "mail-delayed" });
    expect([...server.mails, ...strange.mails]).toEqual([]);
    await strange.stop();
  });
});

describe("a try at a slow mail server", () => {
  /** Begins a try of three mails, the first of which the server takes as late as the test lets it. */
  async function beginSlowly(): Promise<{ attempt: ReturnType<typeof mailAttempt>; end: Promise<unknown>; goOn: () => void }> {
    for (const ago of [3000, 2000, 1000]) await office.due({}, ago);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.next.push(promise);
    const attempt = mailAttempt();
    const end = office.send(server.url, attempt).catch((error: unknown) => error);
    await expect.poll(() => server.mails.length).toBe(1);
    return { attempt, end, goOn: resolve };
  }
  const ids = () => server.mails.map(({ header }) => header("message-id"));

  test("§4(1)2 that Temporal gave up stops before the next mail, and the next try sends the rest once", async () => {
    const { attempt, end, goOn } = await beginSlowly();
    attempt.cancel("TIMED_OUT");
    goOn();
    expect(await end).toBeInstanceOf(CancelledFailure);
    expect(server.mails).toHaveLength(1);
    await send();
    expect([ids().length, new Set(ids()).size]).toEqual([3, 3]);
  });

  test("§4(1)2 that doesn't know it was given up sends nothing that the next one has sent", async () => {
    const { end, goOn } = await beginSlowly();
    await send();
    goOn();
    await end;
    // The mail that was under way is all that goes out twice, under its one id.
    expect([ids().length, new Set(ids()).size]).toEqual([4, 3]);
  });
});
