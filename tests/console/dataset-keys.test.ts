import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestConsole } from "../support/console.ts";
import { enter, type Officer } from "../support/console-office.ts";
import { type DataOffice, openDataOffice } from "../support/data-office.ts";

const HOUSEHOLD = "/console/datasets/household";
const TRUST = `${HOUSEHOLD}/trust`;
let office: DataOffice;
let wu: Officer;
let tu: Officer;

beforeAll(async () => {
  office = await openDataOffice();
  wu = await office.enter("wu.officer", "dedicatedOfficer");
  tu = await office.enter("tu.auditor", "auditor");
}, 120_000);
afterAll(() => office?.stop());

const query = async (text: string, values: unknown[] = []) => (await office.console_.owner.pool.query(text, values)).rows;
const spaced = (fingerprint: string) => fingerprint.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
const file = (content: string) => ({ name: "key", content: new Blob([content]) });
const privateHalves = () => readdirSync(join(office.platform.context.config.keysDirectory, "openpgp/deliveries"));
const steps = () => query("select step, actor, particulars->>'reason' as reason from dataset_step order by step_id");

describe("delivery keys", () => {
  let fingerprint: string;

  test("§4(1)1 are issued with a reason, and their public half is downloaded as the supplier's tool takes it", async () => {
    await wu.get(`${HOUSEHOLD}/delivery-keys`);
    const wrong = await wu.post(`${HOUSEHOLD}/delivery-keys`, { days: "91", kind: "4", reason: "十二月交付" });
    expect([wrong.status, wrong.text.includes('href="#days"'), wrong.text.includes("十二月交付</textarea>")]).toEqual([422, true, true]);
    const unsaid = await wu.post(`${HOUSEHOLD}/delivery-keys`, { days: "30", kind: "4", reason: "" });
    expect([unsaid.status, unsaid.text.includes("理由未填")]).toEqual([422, true]);
    expect([await steps(), privateHalves()]).toEqual([[], []]);
    await wu.get(`${HOUSEHOLD}/delivery-keys`);
    // Clicked twice, and sent once more by a page that is loaded again: one key.
    const issue = () => wu.post(`${HOUSEHOLD}/delivery-keys`, { days: "30", kind: "4", reason: "十二月交付" });
    const [{ location }, second] = await Promise.all([issue(), issue()]);
    expect([second.location, (await issue()).location]).toEqual([location, location]);
    fingerprint = /\?issued=([0-9a-f]{40})$/.exec(location ?? "")?.[1] ?? "";
    const { text } = await wu.get(location ?? "");
    for (const expected of ["已核發交付金鑰", spaced(fingerprint), "還有 30 天", "十二月交付", "可使用"]) expect(text).toContain(expected);
    const { headers, text: armored } = await wu.get(`${HOUSEHOLD}/delivery-keys/${fingerprint}/key.asc`);
    expect(headers.get("content-disposition")).toMatch(/^attachment;.*household_[0-9a-f]{8}\.asc$/);
    office.platform.gnupg.importKey(armored);
    expect(office.platform.gnupg.run("", "--with-colons", "--list-keys", fingerprint).toString()).toContain(fingerprint.toUpperCase());
  });

  test("§3(1) are nobody else's to issue, download or revoke, and none of another dataset", async () => {
    const key = `${HOUSEHOLD}/delivery-keys/${fingerprint}`;
    expect((await tu.get(HOUSEHOLD)).text).toContain(spaced(fingerprint));
    for (const path of [`${HOUSEHOLD}/delivery-keys`, `${key}/revoke`, TRUST]) {
      expect((await tu.get(path)).status, path).toBe(403);
      expect((await tu.post(path, { days: "30", reason: "試試看" })).status, path).toBe(403);
    }
    expect((await tu.get(`${key}/key.asc`)).status).toBe(403);
    const foreign = `/console/datasets/disability/delivery-keys/${fingerprint}`;
    for (const path of [
      `${foreign}/key.asc`,
      `${foreign}/revoke`,
      `${HOUSEHOLD}/delivery-keys/${"0".repeat(40)}/revoke`,
      "/console/datasets/x/delivery-keys",
    ])
      expect((await wu.get(path)).status, path).toBe(404);
    await wu.get(HOUSEHOLD);
    expect((await wu.post(`${foreign}/revoke`, { reason: "別的資料集" })).status).toBe(404);
    expect(privateHalves()).toEqual([`${fingerprint}.asc`]);
  });

  test("§4(4) are revoked with a reason: the private half is gone at once, with a certificate", async () => {
    const path = `${HOUSEHOLD}/delivery-keys/${fingerprint}/revoke`;
    expect((await wu.get(path)).text).toContain("立即銷毀，無法復原");
    expect((await wu.post(path, { reason: "該單位遺失公鑰" })).location).toBe(HOUSEHOLD);
    expect(privateHalves()).toEqual([]);
    const { text } = await tu.get(HOUSEHOLD);
    for (const expected of ["私鑰已銷毀", "撤銷交付金鑰", "該單位遺失公鑰", "certificate.pdf"]) expect(text).toContain(expected);
    expect(await steps()).toEqual([
      { step: "delivery-key-issued", actor: "wu.officer", reason: "十二月交付" },
      { step: "delivery-key-revoked", actor: "wu.officer", reason: "該單位遺失公鑰" },
    ]);
  });
});

describe("a unit's keys", () => {
  let armored: string;
  let fingerprint: string;
  const upload = (content: string) => wu.upload(TRUST, {}, file(content));
  const trusted = async () => (await office.platform.keyFolder.trusted("civil-affairs")).map((key) => key.fingerprint);

  test("§3(1) that are trusted, and that nobody is on record for, stand out", async () => {
    const { text } = await tu.get(HOUSEHOLD);
    const [known = ""] = await trusted();
    for (const expected of [spaced(known), "查無確認紀錄", "civil-affairs@example.test"]) expect(text).toContain(expected);
  });

  test("§4(1)1 that are no public keys are told so; a private one goes nowhere", async () => {
    const { gnupg } = office.platform;
    gnupg.makeKey("new@example.test", "ed25519");
    armored = gnupg.exportKey("new@example.test");
    await wu.get(TRUST);
    for (const [content, told] of [
      ["not a key", "不是可用的公鑰檔"],
      ["", "請選擇公鑰檔"],
      ["x".repeat(40_000), "不是單一公鑰"],
      [gnupg.exportPrivateKey("new@example.test"), "這是私鑰"],
    ] as const) {
      const { status, text } = await upload(content);
      expect([status, text.includes(told), text.includes('href="#key"')], told).toEqual([422, true, true]);
    }
    expect(office.console_.logLines.join("")).not.toContain("PRIVATE KEY");
  });

  test("§4(1)1 are shown by fingerprint, and trusted when it has been compared, with a reason, under that fingerprint only", async () => {
    const before = await trusted();
    await wu.get(TRUST);
    const { status, text } = await upload(armored);
    fingerprint = /name="fingerprint" value="([0-9a-f]{40})"/.exec(text)?.[1] ?? "";
    expect([status, text.includes(spaced(fingerprint)), text.includes("new@example.test")]).toEqual([200, true, true]);
    expect(office.platform.gnupg.run("", "--with-colons", "--list-keys", "new@example.test").toString()).toContain(
      fingerprint.toUpperCase(),
    );
    const confirm = (fields: Record<string, string>) =>
      wu.post(`${TRUST}/confirm`, { publicKey: armored, fingerprint, compared: "yes", reason: "與該單位公務電話核對", ...fields });
    for (const [fields, told] of [
      [{ compared: "" }, "須先以電話核對指紋"],
      [{ reason: "" }, "理由未填"],
      [{ fingerprint: before[0] ?? "" }, "指紋與核對過的不同"],
    ] as const) {
      const refused = await confirm(fields);
      expect([refused.status, refused.text.includes(told), refused.text.includes(spaced(fingerprint))], told).toEqual([422, true, true]);
    }
    expect(await trusted()).toEqual(before);
    expect((await confirm({})).location).toBe(HOUSEHOLD);
    expect(await trusted()).toEqual([...before, fingerprint]);
    const page = (await tu.get(HOUSEHOLD)).text;
    for (const expected of [spaced(fingerprint), "信任單位金鑰", "與該單位公務電話核對"]) expect(page).toContain(expected);
    expect(page.match(/查無確認紀錄/g)).toHaveLength(1);
  });

  test("§4(1)1 are distrusted with a reason, for every dataset of the unit, and by nobody else", async () => {
    const path = `${HOUSEHOLD}/trusted-keys/${fingerprint}/distrust`;
    expect((await tu.get(path)).status).toBe(403);
    expect((await wu.get(path)).text).toContain("影響：戶籍資料");
    for (const nowhere of [`${HOUSEHOLD}/trusted-keys/${"0".repeat(40)}/distrust`, `${HOUSEHOLD}/trusted-keys/nobody/distrust`])
      expect((await wu.get(nowhere)).status, nowhere).toBe(404);
    const foreign = await wu.post(`/console/datasets/disability/trusted-keys/${fingerprint}/distrust`, { reason: "人員異動" });
    expect([foreign.status, foreign.text.includes("金鑰已不在名單上")]).toEqual([422, true]);
    expect((await wu.post(path, { reason: "人員異動" })).location).toBe(HOUSEHOLD);
    expect(await trusted()).not.toContain(fingerprint);
    await wu.get(path);
    expect((await wu.post(path, { reason: "人員異動", requestId: randomUUID() })).status).toBe(422);
    const trail = await query("select action, outcome from admin_trail where object = $1 order by trail_id", [
      `dataset/household/${fingerprint}`,
    ]);
    expect(trail.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...["trustSupplierKey not-compared", "trustSupplierKey reason-missing", "trustSupplierKey done"],
      ...["distrustSupplierKey done", "distrustSupplierKey unusable-key"],
    ]);
  });

  test("§4(1)1 are asked for in vain while processes don't answer: the rest of the page is there, and nothing is taken", async () => {
    const away = await startTestConsole({ database: office.platform.database });
    await query("update appointment set valid_until = now() - interval '2 days' where duty = 'dedicatedOfficer'");
    const officer = await enter(away, "kao.officer", "dedicatedOfficer");
    const { status, text } = await officer.get(HOUSEHOLD);
    expect([status, text.includes("處理程序目前沒有回應"), text.includes("民政處")]).toEqual([200, true, true]);
    await officer.get(`${HOUSEHOLD}/delivery-keys`);
    const refused = await officer.post(`${HOUSEHOLD}/delivery-keys`, { days: "30", kind: "6", reason: "一月交付" });
    expect([refused.status, refused.text.includes("請稍後再試"), refused.text.includes("一月交付</textarea>")]).toEqual([503, true, true]);
    await away.close();
  });
});
