import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";
import { refusesMailbox } from "../domain/mail-refusal.ts";

/** The mail server that takes our notices, and in whose name they go. */
export interface MailServer {
  /** `smtps://` (TLS from the first byte) or `smtp://` (TLS after a greeting), an account perhaps, never a password. */
  readonly url: URL;
  /** Holds the account's password; undefined, or an empty file: the server takes our mail without. */
  readonly passwordFile: string | undefined;
  readonly from: string;
  /** Only then may mail go to it in the clear. */
  readonly onThisMachine: boolean;
}

/** A server that doesn't get on within these (milliseconds) is as good as down. */
const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000, dnsTimeout: 10_000 };

/** One mail to one addressee. */
export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Without angle brackets; the same for every attempt at the same mail. */
  readonly messageId: string;
}

/** The server did not take a mail now; later it may. The code is the server's last word, undefined when it said none. */
export class MailDelayed extends Error {
  override name = "MailDelayed";
  readonly replyCode: number | undefined;

  constructor(replyCode: number | undefined) {
    super("The mail server did not take a notice: it is tried again later.");
    this.replyCode = replyCode;
  }
}

/** Sends mail to one server. */
export interface Mailer {
  /** @returns the server's last word: 2xx when it took the mail, 5xx when it refuses the addressee for good @throws MailDelayed */
  send(mail: OutgoingMail): Promise<number>;
  close(): void;
}

/**
 * Opens the way to the mail server. Everything crosses the network under TLS with a certificate that fits, or not at all; only a server
 * on this machine may go without.
 * @throws Error when the password file can't be read
 */
export function openMailer({ url, passwordFile, from, onThisMachine }: MailServer): Mailer {
  const secure = url.protocol === "smtps:";
  const account = decodeURIComponent(url.username);
  const password = passwordFile === undefined ? "" : readFileSync(passwordFile, "utf8").trim();
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !onThisMachine,
    ignoreTLS: onThisMachine && !secure,
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: true },
    ...(password !== "" && { auth: { user: account, pass: password } }),
    ...PATIENCE,
    // Texts are all that goes out: no address of a file or page may become one.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, messageId }) {
      try {
        const { response } = await transport.sendMail({
          from,
          to: { name: "", address: to },
          envelope: { from, to: [to] },
          subject,
          text,
          messageId: `<${messageId}>`,
          // Out-of-office replies to a machine help nobody (RFC 3834).
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return Number(response.slice(0, 3)) || 250;
      } catch (error) {
        const { responseCode, response = "", command } = error as { responseCode?: number; response?: string; command?: string };
        if (responseCode !== undefined && refusesMailbox(response, command)) return responseCode;
        throw new MailDelayed(responseCode);
      }
    },
    close: () => transport.close(),
  };
}
