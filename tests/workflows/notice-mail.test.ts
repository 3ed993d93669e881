import { randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import { createNoticeMailActivities } from "../../src/activities/notice-mail.ts";
import type { Notice } from "../../src/domain/notice.ts";
import { readMailSetting } from "../../src/mail-setting.ts";
import { ensureSchedule, removeSchedule } from "../../src/schedules.ts";
import { mailNotices } from "../../src/workflows/notice-mail.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";
import { createIntegrationPlatform, type IntegrationPlatform, inDays } from "../support/integration-platform.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { startWorkerProcess } from "../support/worker-process.ts";

const FROM = "verify@example.gov.tw";
const OFFICE = "planning@example.gov.tw";
let platform: IntegrationPlatform;
let owner: ReturnType<typeof openDatabase>;
let server: TestMailServer;

beforeAll(async () => {
  platform = await createIntegrationPlatform();
  owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  await mailTo(OFFICE);
});
afterAll(async () => {
  await owner.close();
  await platform.stop();
});
beforeEach(async () => {
  await owner.pool.query("truncate notice, notice_mail");
  server = await startMailServer();
});
afterEach(() => server.stop());

const rows = async (query: string) => (await owner.pool.query(query)).rows;
/** Where the dedicated officer's notices go. */
const mailTo = (address: string) => owner.pool.query("update appointment set mail_address = $1 where duty = 'dedicatedOfficer'", [address]);
const settings = (url = server.url) => ({ SMTP_URL: url, MAIL_FROM: FROM });

/** A notice of a review, due since so many milliseconds. */
async function due(changes: Partial<Notice> = {}, ago = 1000): Promise<string> {
  const about = changes.about ?? `ip-inventory/${randomUUID()}`;
  const notice: Notice = {
    ...{ key: `${about}/inventory-opened`, kind: "inventory-opened", recipient: "dedicatedOfficer", about },
    ...{ dueAt: new Date(Date.now() - ago).toISOString(), announces: new Date(Date.now() + 86_400_000).toISOString() },
    ...changes,
  };
  await platform.context.db.transaction().execute((trx) => keepNotices(trx, about, [notice]));
  return about;
}

/** The activity as a worker with these settings runs it. */
function send(url = server.url): Promise<unknown> {
  const config = { ...platform.context.config, mail: readMailSetting(settings(url)) };
  const { sendNotices } = createNoticeMailActivities({ ...platform.context, config });
  return new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") }).run(sendNotices);
}

describe("a notice that is due", () => {
  test("§3(8) goes out once, as plain text to the office alone, under an id of its own", async () => {
    const about = await due();
    expect([await send(), await send()]).toEqual([1, 0]);
    expect(server.mails.map(({ to, from }) => [to, from])).toEqual([[OFFICE, FROM]]);
    const [mail] = server.mails;
    expect(mail?.header("subject")).toBe("【驗證機制平臺】IP 清查待答覆");
    expect(mail?.header("content-type")).toMatch(/^text\/plain/);
    expect(mail?.header("message-id")).toMatch(/^<[0-9a-f]{40}@example\.gov\.tw>$/);
    expect(mail?.header("auto-submitted")).toBe("auto-generated");
    expect(mail?.text).toContain(`${about.split("/")[1]} 的半年 IP 清查已開始`);
    expect(await rows("select mail_address, reply_code from notice_mail")).toEqual([{ mail_address: OFFICE, reply_code: 250 }]);
    expect(await rows("select sent_at is not null as sent from notice")).toEqual([{ sent: true }]);
  });

  test("§3(3) §4(1)2 goes to whoever acts next, and to the agency's office as its application names it, without a reason", async () => {
    const worker = await platform.startWorker();
    const number = randomUUID();
    const draft = { ...madeUpApplication(number, inDays(0), inDays(30)), contact: "049-2222106, tax@example.gov.tw" };
    await owner.pool.query("update appointment set mail_address = 'case@example.gov.tw' where duty = 'caseOfficer'");
    await platform.integrations.apply(draft, say(APPLICANT));
    await send();
    await platform.integrations.sendBack(number, say(CASE_OFFICER, "王小明的職稱有誤")).finally(() => worker.stop());
    await send();
    await send();
    await due({ about: number, kind: "period-ends", recipient: "applicant", key: `${number}/period-ends/x/30/applicant` });
    await send();
    expect(server.mails.map(({ to }) => to)).toEqual(["case@example.gov.tw", "tax@example.gov.tw", "tax@example.gov.tw"]);
    expect(server.mails[0]?.text).toContain(`介接服務 ${number} 有申請待審查`);
    expect(server.mails[1]?.text).toContain(`介接服務 ${number} 的申請已退回補正`);
    expect(server.mails[1]?.text).not.toContain("王小明");
    expect(server.mails[2]?.text).toContain(`介接服務 ${number} 的核准期限至`);
  });

  test("§4(1)2 stays where it is while its reason is gone, its day is to come or long past, or nobody has an address", async () => {
    const about = await due();
    await platform.context.db.transaction().execute((trx) => keepNotices(trx, about, []));
    await due({}, -60_000);
    await due({}, 15 * 86_400_000);
    await due({ recipient: "manager" });
    await send();
    expect(server.mails).toEqual([]);
    expect(await rows("select from notice where sent_at is not null")).toEqual([]);
  });

  test("§4(1)2 is not sent again when its reason goes and comes back", async () => {
    const about = await due();
    await send();
    await platform.context.db.transaction().execute((trx) => keepNotices(trx, about, []));
    await due({ about });
    await send();
    expect(server.mails).toHaveLength(1);
  });

  test("§3(10) can bring no header of its own, whatever stands in an address or a number", async () => {
    await mailTo("a@b.tw,bcc@example.com");
    await due({ about: "ip-inventory/x\r\nBcc: bcc@example.com\r\n\r\nhello" });
    await send();
    await mailTo(OFFICE);
    await send();
    expect(server.mails.filter(({ to }) => to.includes("bcc"))).toEqual([]);
    for (const { header } of server.mails) expect(header("bcc")).toBeUndefined();
  });
});

describe("a mail server", () => {
  test("§4(1)2 that is down loses nothing: what it did not take goes out when it is back, once", async () => {
    await due();
    const port = Number(new URL(server.url).port);
    await server.stop();
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    expect(await rows("select from notice_mail")).toEqual([]);
    server = await startMailServer(port);
    await send();
    await send();
    expect(server.mails).toHaveLength(1);
  });

  test("§4(1)2 that has no room for one mail now holds the others up no longer than that", async () => {
    server.next.push(452);
    await due({}, 2000);
    await due({}, 1000);
    await expect(send()).rejects.toMatchObject({ type: "mail-delayed" });
    expect(server.mails).toHaveLength(1);
    await send();
    expect(server.mails).toHaveLength(2);
  });

  test("§4(1)2 that knows no such mailbox is not asked again, and the record says so", async () => {
    server.next.push(550);
    await due();
    await send();
    await send();
    expect(server.mails).toEqual([]);
    expect(await rows("select reply_code from notice_mail")).toEqual([{ reply_code: 550 }]);
  });

  test("§4(1)2 elsewhere gets nothing without TLS, and this machine's nothing under a certificate that isn't its own", async () => {
    await due();
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

describe("the worker", () => {
  test("§4(1)2 that dies after the server took a mail and before that is on record sends it again under the same id", async () => {
    await due();
    // Taken, but the worker never hears of it.
    server.next.push(new Promise(() => undefined));
    const first = await startWorkerProcess(platform, settings());
    const run = platform.client.workflow.execute(mailNotices, {
      workflowId: `mail-${randomUUID()}`,
      taskQueue: platform.context.config.taskQueue,
    });
    await expect.poll(() => server.mails.length).toBe(1);
    await first.kill();
    const second = await startWorkerProcess(platform, settings());
    await run;
    await second.kill();
    const ids = server.mails.map(({ header }) => header("message-id"));
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(await rows("select reply_code from notice_mail")).toEqual([{ reply_code: 250 }]);
  }, 90_000);

  test("§4(1)2 has one schedule that never runs twice at once, and none where no mail goes out", async () => {
    const { client, context } = platform;
    const scheduleId = await ensureSchedule(client, context.config.taskQueue, "notice-mail");
    await ensureSchedule(client, context.config.taskQueue, "notice-mail");
    expect((await client.schedule.getHandle(scheduleId).describe()).policies).toMatchObject({ overlap: "SKIP" });
    await removeSchedule(client, context.config.taskQueue, "notice-mail");
    await removeSchedule(client, context.config.taskQueue, "notice-mail");
    await expect(client.schedule.getHandle(scheduleId).describe()).rejects.toThrow("not found");
  });
});

describe("the settings", () => {
  test.each([
    [{ SMTP_URL: "http://mail.example.gov.tw", MAIL_FROM: FROM }, "SMTP_URL"],
    [{ SMTP_URL: "smtps://me:secret@mail.example.gov.tw", MAIL_FROM: FROM }, "SMTP_PASSWORD_FILE"],
    [{ SMTP_URL: "smtps://mail.example.gov.tw?tls.rejectUnauthorized=false", MAIL_FROM: FROM }, "SMTP_URL"],
    [{ SMTP_URL: "smtps://mail.example.gov.tw" }, "MAIL_FROM"],
    [{ SMTP_URL: "smtps://mail.example.gov.tw", MAIL_FROM: "a@b.tw\r\nBcc: c@d.tw" }, "MAIL_FROM"],
  ])("%o are refused, and say why without the secret", (environment, word) => {
    expect(() => readMailSetting(environment)).toThrow(word);
    expect(() => readMailSetting(environment)).not.toThrow("secret");
  });
  test("without a server there is no mail", () => {
    expect(readMailSetting({ MAIL_FROM: FROM })).toBeUndefined();
    expect(readMailSetting({ SMTP_URL: "" })).toBeUndefined();
  });
});
