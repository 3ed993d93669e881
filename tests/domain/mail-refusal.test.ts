import { describe, expect, test } from "vitest";
import { refusesMailbox } from "../../src/domain/mail-refusal.ts";

describe("a mail server's refusal", () => {
  test.each([
    ["550 5.1.1 <tax@example.gov.tw>: Recipient address rejected: User unknown", "RCPT TO"],
    ["550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 Please check it.", "RCPT TO"],
    ["550 5.1.2 <tax@example.gov.tw>: Recipient address rejected: Domain not found", "RCPT TO"],
    ["556 5.1.10 the domain takes no mail", "RCPT TO"],
    ["550 5.2.1 mailbox disabled", "RCPT TO"],
    ["552 5.2.2 mailbox full", "DATA"],
    ["550 No such user here", "RCPT TO"],
    ["551 User not local", "RCPT TO"],
    ["553 Mailbox name not allowed", "RCPT TO"],
  ])("§4(1)2 %j to %s is about the mailbox", (reply, command) => {
    expect(refusesMailbox(reply, command)).toBe(true);
  });

  test.each([
    ["554 5.7.1 <unknown[203.66.0.9]>: Client host rejected: Access denied", "RCPT TO"],
    ["550 5.7.1 Relaying denied", "RCPT TO"],
    ["550 5.1.0 <verify@example.gov.tw>: Sender address rejected: User unknown in local recipient table", "RCPT TO"],
    ["550 5.1.8 <verify@example.gov.tw>: Sender address rejected: Domain not found", "RCPT TO"],
    ["553 5.1.7 sender's address", "RCPT TO"],
    ["530 5.7.0 Authentication required", "RCPT TO"],
    ["535 5.7.8 authentication failed", "AUTH PLAIN"],
    ["554 No SMTP service here", "RCPT TO"],
    ["550 5.1.1 no such sender", "MAIL FROM"],
    ["550 no", "MAIL FROM"],
    ["554 5.7.1 looks like spam", "DATA"],
    ["550 looks like spam", "DATA"],
    ["450 4.1.1 user unknown", "RCPT TO"],
    ["", undefined],
  ])("§4(1)2 %j to %s is about us, or about now", (reply, command) => {
    expect(refusesMailbox(reply, command)).toBe(false);
  });
});
