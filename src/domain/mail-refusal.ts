/** What RFC 3463 says of the addressee's mailbox; 5.1.0, 5.1.7 and 5.1.8 are said of the sender. */
const OF_THE_MAILBOX = /^5\.(1\.([1-6]|10)|2\.\d{1,3})$/;
/** The replies to an addressee that RFC 5321 keeps for a mailbox: there is none, it has moved, or its name can't be. */
const WITHOUT_A_STATUS = /^55[013]\b/;

/**
 * Whether a refusal is about the addressee's mailbox, and so for good. Servers answer what they have against us (our address, account, sender
 * or a rule) at the addressee too, and mend that: such a mail waits.
 * @param reply the server's last word, as it came
 * @param command of SMTP that it answers
 */
export function refusesMailbox(reply: string, command: string | undefined): boolean {
  const status = /^5\d\d[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1];
  if (status !== undefined) return OF_THE_MAILBOX.test(status) && (command === "RCPT TO" || command === "DATA");
  return command === "RCPT TO" && WITHOUT_A_STATUS.test(reply);
}
