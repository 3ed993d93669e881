import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keepNotices } from "../../db/queries/notice.ts";
import { readMailSetting } from "../../src/mail-setting.ts";
import { ensureSchedule, removeSchedule } from "../../src/schedules.ts";
import { mailNotices } from "../../src/workflows/notice-mail.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";
import { FROM, type MailOffice, mailSettings, OFFICE, openMailOffice } from "../support/mail-office.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { startWorkerProcess } from "../support/worker-process.ts";

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

describe("a notice that is due", () => {
  test("§3(8) goes out once, as plain text to the office alone, under an id of its own", async () => {
    const about = await office.due();
    expect([await send(), await send()]).toEqual([1, 0]);
    expect(server.mails.map(({ to, from }) => [to, from])).toEqual([[OFFICE, FROM]]);
    const [mail] = server.mails;
    expect(mail?.header("subject")).toBe("【驗證機制平臺】IP 清查待答覆");
    expect(mail?.header("content-type")).toMatch(/^text\/plain/);
    expect(mail?.header("message-id")).toMatch(/^<[0-9a-f]{40}@example\.gov\.tw>$/);
    expect(mail?.header("auto-submitted")).toBe("auto-generated");
    expect(mail?.text).toContain(`${about.split("/")[1]} 的半年 IP 清查已開始`);
    expect(await office.rows("select mail_address, reply_code from notice_mail")).toEqual([{ mail_address: OFFICE, reply_code: 250 }]);
    expect(await office.rows("select sent_at is not null as sent from notice")).toEqual([{ sent: true }]);
  });

  test("§3(3) §4(1)2 goes to whoever acts next, and to the agency's office as its application names it, without a reason", async () => {
    const worker = await office.platform.startWorker();
    const number = randomUUID();
    const draft = { ...madeUpApplication(number, inDays(0), inDays(30)), contact: "049-2222106, tax@example.gov.tw" };
    await office.owner.pool.query("update appointment set mail_address = 'case@example.gov.tw' where duty = 'caseOfficer'");
    await office.platform.integrations.apply(draft, say(APPLICANT));
    await send();
    await office.platform.integrations.sendBack(number, say(CASE_OFFICER, "王小明的職稱有誤")).finally(() => worker.stop());
    await send();
    await send();
    await office.due({ about: number, kind: "period-ends", recipient: "applicant", key: `${number}/period-ends/x/30/applicant` });
    await send();
    expect(server.mails.map(({ to }) => to)).toEqual(["case@example.gov.tw", "tax@example.gov.tw", "tax@example.gov.tw"]);
    expect(server.mails[0]?.text).toContain(`介接服務 ${number} 有申請待審查`);
    expect(server.mails[1]?.text).toContain(`介接服務 ${number} 的申請已退回補正`);
    expect(server.mails[1]?.text).not.toContain("王小明");
    expect(server.mails[2]?.text).toContain(`介接服務 ${number} 的核准期限至`);
  });

  test("§4(1)2 stays where it is while its reason is gone, its day is to come or long past, or nobody has an address", async () => {
    const about = await office.due();
    await office.platform.context.db.transaction().execute((trx) => keepNotices(trx, about, []));
    await office.due({}, -60_000);
    await office.due({}, 15 * 86_400_000);
    await office.due({ recipient: "manager" });
    await send();
    expect(server.mails).toEqual([]);
    expect(await office.rows("select from notice where sent_at is not null")).toEqual([]);
  });

  test("§4(1)2 is not sent again when its reason goes and comes back", async () => {
    const about = await office.due();
    await send();
    await office.platform.context.db.transaction().execute((trx) => keepNotices(trx, about, []));
    await office.due({ about });
    await send();
    expect(server.mails).toHaveLength(1);
  });

  test("§3(10) can bring no header of its own, whatever stands in an address or a number", async () => {
    await office.mailTo("a@b.tw,bcc@example.com");
    await office.due({ about: "ip-inventory/x\r\nBcc: bcc@example.com\r\n\r\nhello" });
    await send();
    await office.mailTo(OFFICE);
    await send();
    expect(server.mails.filter(({ to }) => to.includes("bcc"))).toEqual([]);
    for (const { header } of server.mails) expect(header("bcc")).toBeUndefined();
  });
});

describe("the worker", () => {
  test("§4(1)2 that dies after the server took a mail and before that is on record sends it again under the same id", async () => {
    await office.due();
    // Taken, but the worker never hears of it.
    server.next.push(new Promise(() => undefined));
    const first = await startWorkerProcess(office.platform, mailSettings(server.url));
    const run = office.platform.client.workflow.execute(mailNotices, {
      workflowId: `mail-${randomUUID()}`,
      taskQueue: office.platform.context.config.taskQueue,
    });
    await expect.poll(() => server.mails.length).toBe(1);
    await first.kill();
    const second = await startWorkerProcess(office.platform, mailSettings(server.url));
    await run;
    await second.kill();
    const ids = server.mails.map(({ header }) => header("message-id"));
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(await office.rows("select reply_code from notice_mail")).toEqual([{ reply_code: 250 }]);
  }, 90_000);

  test("§4(1)2 has one schedule that never runs twice at once, and none where no mail goes out", async () => {
    const { client, context } = office.platform;
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
