import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMailAddress, mailAddressesIn } from "../../src/domain/mail-address.ts";
import type { Notice } from "../../src/domain/notice.ts";
import { addresseesOf, noticeMail, type Office } from "../../src/domain/notice-mail.ts";

const NOW = Date.parse("2026-11-24T08:00:00+08:00");
const NOTICE: Notice = {
  ...{ key: "tax-001/period-ends/2026-12-31/30/applicant", kind: "period-ends", recipient: "applicant", about: "tax-001" },
  ...{ dueAt: "2026-12-01T16:00:00.000Z", announces: "2026-12-31T16:00:00.000Z" },
};
const office = (changes: Partial<Office>): Office => ({
  ...{ account: "wu.officer", duty: "dedicatedOfficer", from: NOW - 1, until: undefined, mailAddress: "planning@example.gov.tw" },
  ...changes,
});

describe("a notice as a mail", () => {
  test("§4(1)2 says what ends, on its last day, and what the applicant does; who has no account gets no address of the console", () => {
    const { subject, text } = noticeMail(NOTICE, "https://console.example.gov.tw");
    expect(subject).toBe("【驗證機制平臺】介接服務核准期限將屆滿");
    expect(text).toContain("介接服務 tax-001 的核准期限至 115/12/31（四） 屆滿");
    expect(text).toContain("請於期限前提出續期申請");
    expect(text).not.toContain("console.example");
  });

  test.each([
    ["2026-03-31T01:00:00.000Z", "115/03/31（二）09:00"],
    ["2026-03-31T01:00:59.999Z", "115/03/31（二）09:00"],
    ["2026-03-31T16:00:00.001Z", "115/04/01（三）00:00"],
    ["2026-03-31T16:00:00.000Z", "115/03/31（二）"],
  ])("§3(5) says of a credential that ends at %s that it holds until %s", (announces, until) => {
    const { text } = noticeMail({ ...NOTICE, kind: "credential-expires", announces }, undefined);
    expect(text).toContain(`介接服務 tax-001 的憑證有效至 ${until}，到期後即不能查詢。`);
  });

  test("§3(8) leads the office to the console", () => {
    const opened: Notice = { ...NOTICE, kind: "inventory-opened", recipient: "dedicatedOfficer", about: "ip-inventory/2026-07-01" };
    const { text } = noticeMail(opened, "https://console.example.gov.tw");
    expect(text).toContain("2026-07-01 的半年 IP 清查已開始");
    expect(text).toContain("https://console.example.gov.tw/console");
  });
});

describe("who gets a notice", () => {
  test("§4(1)2 the office that the application names: telephone numbers get no mail", () => {
    expect(addresseesOf(NOTICE, [], "049-2222106 分機 12；Tax@example.gov.tw、tax@example.gov.tw", NOW)).toEqual(["tax@example.gov.tw"]);
    expect(addresseesOf(NOTICE, [], "049-2222106", NOW)).toEqual([]);
    expect(addresseesOf(NOTICE, [office({})], null, NOW)).toEqual([]);
  });

  test("§3(1) whoever holds the duty now and has an address for it", () => {
    const offices = [
      office({}),
      office({ mailAddress: "PLANNING@example.gov.tw" }),
      office({ mailAddress: undefined }),
      office({ until: NOW, mailAddress: "gone@example.gov.tw" }),
      office({ from: NOW + 1, mailAddress: "coming@example.gov.tw" }),
      office({ duty: "manager", mailAddress: "manager@example.gov.tw" }),
    ];
    expect(addresseesOf({ ...NOTICE, recipient: "dedicatedOfficer" }, offices, null, NOW)).toEqual(["planning@example.gov.tw"]);
  });
});

describe("mail addresses", () => {
  test.each(["a@example.gov.tw", "first.last+tag@mail.example.gov.tw", "root@localhost"])("%s is one", (address) => {
    expect(isMailAddress(address)).toBe(true);
  });
  test.each([
    ...["", "a", "@example.gov.tw", "a@", "a@@b.tw", "a b@example.gov.tw", "a@b.tw\r\nBcc: c@d.tw", "a@b.tw,c@d.tw", "<a@b.tw>"],
    ...['"a"@b.tw', "a@-b.tw", ".a@b.tw", "a..b@c.tw", `${"a".repeat(250)}@b.tw`, "陳@example.gov.tw", "a@b.tw\0"],
  ])("%j is none", (text) => {
    expect(isMailAddress(text)).toBe(false);
  });

  test.each([
    ["049-2222106 分機 12；Tax@example.gov.tw、tax@example.gov.tw", ["tax@example.gov.tw"]],
    ["稅務局 tax＠nantou.gov.tw", ["tax@nantou.gov.tw"]],
    ["ｔａｘ＠ｎａｎｔｏｕ．ｇｏｖ．ｔｗ，０４９－２２２２１０６", ["tax@nantou.gov.tw"]],
    ["電子信箱：tax@nantou.gov.tw（陳小姐）", ["tax@nantou.gov.tw"]],
    ["陳小姐 <tax@nantou.gov.tw>, mailto:a.b@nantou.gov.tw.", ["tax@nantou.gov.tw", "a.b@nantou.gov.tw"]],
    ["049-2222106\ntax@nantou.gov.tw。", ["tax@nantou.gov.tw"]],
    ["王小明「tax@nantou.gov.tw」", ["tax@nantou.gov.tw"]],
  ])("§4(1)2 in %j are found", (contact, addresses) => {
    expect(mailAddressesIn(contact)).toEqual(addresses);
  });

  test.each([
    ...["o'brien@tax.gov.tw", "o’brien@tax.gov.tw", "o＇brien@tax.gov.tw", "a&b@x.tw", "a/b@x.tw", "a=b@x.tw", "張三li@nantou.gov.tw"],
    ...[".li@x.tw", "li.@x.tw", "li@x.tw.tw-", "li@x.tw/y", "li@x.twé", "a@b@x.tw", '"a b"@x.tw', "li@x.tw\u200b"],
  ])("§4(1)2 nobody's mailbox is made of %j", (contact) => {
    expect(mailAddressesIn(`049-2222106 ${contact}`)).toEqual([]);
  });

  test("§3(10) whatever a contact says, what is taken for an address can break no header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.emailAddress(), fc.string(), (before, address, after) => {
        const many = Array.from({ length: 9 }, (_, place) => `a${place}@example.org`).join(" ");
        expect(mailAddressesIn(many)).toHaveLength(3);
        for (const found of mailAddressesIn(`${before} ${address}\r\n${after}`)) {
          expect(isMailAddress(found)).toBe(true);
          expect(found).toMatch(/^[!-~]+@[!-~]+$/);
        }
      }),
    );
  });
});
