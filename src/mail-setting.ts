import type { MailServer } from "./adapters/mail.ts";
import { isMailAddress } from "./domain/mail-address.ts";
import { ConfigError, isLoopbackName } from "./setting.ts";

/**
 * Reads how mail goes out. Without `SMTP_URL` none does.
 * @throws ConfigError
 */
export function readMailSetting({
  SMTP_URL,
  SMTP_PASSWORD_FILE,
  MAIL_FROM = "",
}: Readonly<Record<string, string | undefined>>): MailServer | undefined {
  if (SMTP_URL === undefined || SMTP_URL === "") return undefined;
  const url = URL.canParse(SMTP_URL) ? new URL(SMTP_URL) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === "" || !/^\/?$/.test(url.pathname) || url.search !== "")
    throw new ConfigError(
      "SMTP_URL must be smtps://host or smtp://host, with an account and a port if they are needed: smtps://account@mail.example.gov.tw.",
    );
  if (url.password !== "")
    throw new ConfigError("SMTP_URL must not hold the password: put it into a file, and name that in SMTP_PASSWORD_FILE.");
  if (!isMailAddress(MAIL_FROM)) throw new ConfigError("MAIL_FROM must be the mail address in whose name notices go out.");
  return { url, passwordFile: SMTP_PASSWORD_FILE || undefined, from: MAIL_FROM, onThisMachine: isLoopbackName(url.hostname) };
}

/** The setting as another process of the platform reads it. */
export function environmentOfMail(setting: MailServer | undefined): Record<string, string> {
  if (setting === undefined) return {};
  return { SMTP_URL: setting.url.href, SMTP_PASSWORD_FILE: setting.passwordFile ?? "", MAIL_FROM: setting.from };
}
