import { randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { openDatabase } from "../../db/client.ts";
import { keepNotices } from "../../db/queries/notice.ts";
import { createNoticeMailActivities } from "../../src/activities/notice-mail.ts";
import type { Notice } from "../../src/domain/notice.ts";
import { readMailSetting } from "../../src/mail-setting.ts";
import { createIntegrationPlatform, type IntegrationPlatform } from "./integration-platform.ts";

export const FROM = "verify@example.gov.tw";
export const OFFICE = "planning@example.gov.tw";

/** A platform whose dedicated officer gets notices by mail. */
export interface MailOffice {
  readonly platform: IntegrationPlatform;
  readonly owner: ReturnType<typeof openDatabase>;
  rows(query: string): Promise<unknown[]>;
  /** Where the dedicated officer's notices go from now on. */
  mailTo(address: string): Promise<unknown>;
  /** Puts a notice of a review on record, due since so many milliseconds. @returns what it is about */
  due(changes?: Partial<Notice>, ago?: number): Promise<string>;
  /** The activity as a worker with this server runs it. @param attempt by which the test can cancel it */
  send(url: string, attempt?: MockActivityEnvironment): Promise<unknown>;
  stop(): Promise<void>;
}

/** How a worker is told of a server. */
export const mailSettings = (url: string) => ({ SMTP_URL: url, MAIL_FROM: FROM });

/** A try of an activity, as Temporal begins one. */
export const mailAttempt = () => new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });

export async function openMailOffice(): Promise<MailOffice> {
  const platform = await createIntegrationPlatform();
  const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  const mailTo = (address: string) =>
    owner.pool.query("update appointment set mail_address = $1 where duty = 'dedicatedOfficer'", [address]);
  await mailTo(OFFICE);
  return {
    platform,
    owner,
    mailTo,
    rows: async (query) => (await owner.pool.query(query)).rows,
    async due(changes = {}, ago = 1000) {
      const about = changes.about ?? `ip-inventory/${randomUUID()}`;
      const notice: Notice = {
        ...{ key: `${about}/inventory-opened`, kind: "inventory-opened", recipient: "dedicatedOfficer", about },
        ...{ dueAt: new Date(Date.now() - ago).toISOString(), announces: new Date(Date.now() + 86_400_000).toISOString() },
        ...changes,
      };
      await platform.context.db.transaction().execute((trx) => keepNotices(trx, about, [notice]));
      return about;
    },
    send(url, attempt = mailAttempt()) {
      const config = { ...platform.context.config, mail: readMailSetting(mailSettings(url)) };
      return attempt.run(createNoticeMailActivities({ ...platform.context, config }).sendNotices);
    },
    async stop() {
      await owner.close();
      await platform.stop();
    },
  };
}
