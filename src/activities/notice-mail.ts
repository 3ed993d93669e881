import { createHash } from "node:crypto";
import { ApplicationFailure } from "@temporalio/common";
import { listOffices } from "../../db/queries/appointment.ts";
import { insertNoticeMail, isMailWaiting, listNoticesToMail, markNoticeSent, type NoticeToMail } from "../../db/queries/notice-mail.ts";
import { MailDelayed, type Mailer, openMailer } from "../adapters/mail.ts";
import type { WorkerContext } from "../context.ts";
import { addresseesOf, noticeMail, type Office } from "../domain/notice-mail.ts";
import { POLICY } from "../domain/policy.ts";
import { withHeartbeat } from "./heartbeat.ts";

const DAY = 86_400_000;

export function createNoticeMailActivities({ db, config, logger, now }: Pick<WorkerContext, "db" | "config" | "logger" | "now">) {
  /** One notice to whoever has yet to get it; who can't be reached now keeps it from nobody else. @throws MailDelayed @throws CancelledFailure */
  async function send(
    mailer: Mailer,
    from: string,
    notice: NoticeToMail,
    offices: readonly Office[],
    cancelled: AbortSignal,
  ): Promise<void> {
    const mail = noticeMail(notice, config.consoleOrigin);
    let delayed: MailDelayed | undefined;
    for (const to of addresseesOf(notice, offices, notice.contact, now().getTime())) {
      // A try that Temporal gave up has the next one beside it; and a notice's reason may have gone while others were sent.
      cancelled.throwIfAborted();
      if (!(await isMailWaiting(db, notice.key, to))) continue;
      try {
        const replyCode = await mailer.send({ to, ...mail, messageId: messageIdOf(notice.key, to, from) });
        await insertNoticeMail(db, notice.key, to, replyCode, now());
        if (replyCode >= 500) logger.warn({ kind: notice.kind, replyCode }, "the mail server refused a notice for good");
      } catch (error) {
        // A server that says nothing to one says nothing to the next either.
        if (!(error instanceof MailDelayed) || error.replyCode === undefined) throw error;
        delayed = error;
      }
    }
    if (delayed !== undefined) throw delayed;
    await markNoticeSent(db, notice.key, now());
  }

  return {
    /**
     * Sends what is due and has not been sent, each notice to each addressee once; what every addressee refused waits for another one. A worker that dies between the server's word and the record
     * sends that one mail again under the same Message-ID, by which it is known for the same.
     * @returns how many notices were dealt with
     * @throws ApplicationFailure `mail-delayed` when the server did not take all of them: Temporal tries again, ever more rarely
     * @clause 4(1)2
     */
    sendNotices: (): Promise<number> =>
      withHeartbeat(async ({ cancelled }) => {
        const { mail } = config;
        if (mail === undefined) return 0;
        const [notices, offices] = [
          await listNoticesToMail(db, now(), new Date(now().getTime() - POLICY.mailDays * DAY)),
          await listOffices(db),
        ];
        if (notices.length === 0) return 0;
        const mailer = openMailer(mail);
        let delayed: MailDelayed | undefined;
        try {
          for (const notice of notices) {
            try {
              await send(mailer, mail.from, notice, offices, cancelled);
            } catch (error) {
              if (!(error instanceof MailDelayed)) throw error;
              delayed = error;
              if (error.replyCode === undefined) break;
            }
          }
        } finally {
          mailer.close();
        }
        if (delayed !== undefined) {
          logger.warn({ replyCode: delayed.replyCode }, "the mail server did not take every notice; trying again later");
          throw ApplicationFailure.create({ message: delayed.message, type: "mail-delayed" });
        }
        return notices.length;
      }),
  };
}

/** Keys hold numbers of cases, which are no part of a header: their hash names the mail as well. */
function messageIdOf(key: string, to: string, from: string): string {
  return `${createHash("sha256").update(`${key}\n${to}`).digest("hex").slice(0, 40)}@${from.split("@").at(-1)}`;
}
