import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Visitor } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { beginReview, openIntegration } from "../support/ip-inventory.ts";
import { readPdf } from "../support/pdf.ts";

const [SHARED, IDLE] = ["203.66.0.1", "2001:b000:168::7"];
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];
let wu: Visitor;
let lin: Visitor;
let tu: Visitor;
let review: string;

beforeAll(async () => {
  office = await openConsoleOffice();
  ({ platform, console_ } = office);
  wu = await office.enter("wu.officer", "dedicatedOfficer");
  lin = await office.enter("lin.manager", "manager");
  tu = await office.enter("tu.auditor", "auditor");
  await openIntegration(platform, "115-0001", [SHARED, IDLE]);
  await openIntegration(platform, "115-0002", [SHARED]);
  expect((await wu.get("/console/addresses")).text).toContain("尚未清查");
  review = await beginReview(platform);
}, 120_000);
afterAll(() => office?.stop());

const list = () => `/console/addresses/${review}`;
const one = (number: string, address: string) => `${list()}/${number}/${encodeURIComponent(address)}`;
const outcomes = async () =>
  (
    await console_.owner.pool.query(
      "select host(address) as address, outcome, decided_by from ip_inventory_finding order by 1, integration_id",
    )
  ).rows;

describe("the half-yearly review of addresses", () => {
  test("§3(8) is a task of the dedicated officer, which leads to its page; for others it is no task", async () => {
    expect((await wu.get("/console")).text).toContain(`href="${list()}">IP 清查待答覆`);
    expect((await lin.get("/console")).text).not.toContain("IP 清查待答覆");
    const { text } = await wu.get(list());
    expect(text).toContain("還有 3 個 IP 待專責人員答覆");
    expect(text).toMatch(new RegExp(`<code>${SHARED}</code></th>\\s*<td[^>]*>重複、閒置</td>`));
    expect(text).toMatch(new RegExp(`<code>${IDLE}</code></th>\\s*<td[^>]*>閒置</td>`));
    expect(text).toContain("從未使用");
  });

  test("§3(1) the manager sees it and can't answer; auditors don't see it", async () => {
    const { status, text } = await lin.get(list());
    expect([status, text.includes("答覆…")]).toEqual([200, false]);
    expect((await lin.get(one("115-0001", IDLE))).status).toBe(403);
    expect((await lin.post(one("115-0001", IDLE), { choice: "remove", reason: "不再使用" })).status).toBe(403);
    for (const path of [list(), "/console/addresses", `${list()}/report.pdf`]) expect((await tu.get(path)).status).toBe(403);
    expect((await tu.get("/console")).text).not.toContain("/console/addresses");
    expect((await outcomes()).filter(({ outcome }) => outcome !== null)).toEqual([]);
  });

  test("§3(8) an answer without a reason is told beside its field, and changes nothing", async () => {
    await wu.get(one("115-0001", IDLE));
    const { status, text } = await wu.post(one("115-0001", IDLE), { choice: "remove", reason: "" });
    expect([status, text.includes('href="#reason"'), text.includes("理由未填")]).toEqual([422, true, true]);
    expect((await platform.onRecord("115-0001")).state).toBe("active");
    expect((await outcomes()).filter(({ outcome }) => outcome !== null)).toEqual([]);
  });

  test("§3(8) removed, the address is off the whitelist at once; kept, it stays with the reason", async () => {
    await wu.get(one("115-0001", IDLE));
    expect((await wu.post(one("115-0001", IDLE), { choice: "remove", reason: "該線路已停用" })).location).toBe(list());
    await wu.get(one("115-0002", SHARED));
    // Whoever sends no choice removes nothing.
    expect((await wu.post(one("115-0002", SHARED), { reason: "共用出口，仍需使用" })).status).toBe(303);
    const { text } = await wu.get(list());
    expect(text).toContain("移除　該線路已停用");
    expect(text).toContain("保留　共用出口，仍需使用");
    expect(text).toContain("還有 1 個 IP");
    const { rows } = await console_.owner.pool.query("select host(address) as address from integration_address order by integration_id");
    expect(rows).toEqual([{ address: SHARED }, { address: SHARED }]);
    const trail = await console_.owner.pool.query(
      "select object, outcome from admin_trail where action = 'decideAddress' order by trail_id",
    );
    expect(trail.rows.map(({ outcome }) => outcome)).toEqual([
      "action-not-allowed",
      "action-not-allowed",
      "application-incomplete",
      "done",
      "done",
    ]);
  });

  test("§3(8) answered by somebody else meanwhile, the page leads to what they did", async () => {
    expect((await wu.get(one("115-0001", IDLE))).location).toBe(list());
    const { status, text } = await wu.post(one("115-0001", IDLE), { choice: "keep", reason: "仍需使用" });
    expect([status, text.includes("已有人答覆"), text.includes("移除　該線路已停用"), text.includes('name="reason"')]).toEqual([
      ...[422, true, true],
      false,
    ]);
  });

  test("§3(8) its record can be printed before and after its end, on the trail", async () => {
    await wu.get(one("115-0001", SHARED));
    await wu.post(one("115-0001", SHARED), { choice: "remove", reason: "改用新線路" });
    await expect.poll(async () => (await lin.get(list())).text).toContain("已結束");
    expect((await lin.get(list())).text).toContain("清查白名單 IP 3 個，發現 3 個，都已處理");
    expect((await lin.get("/console/addresses")).text).toContain(`href="${list()}"`);
    const response = await fetch(`${console_.url}${list()}/report.pdf`, {
      headers: { cookie: [...lin.cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    expect(response.headers.get("content-type")).toBe("application/pdf");
    const pdf = await readPdf(Buffer.from(await response.arrayBuffer()));
    const plain = pdf.text.replaceAll(/[|\s]/g, "");
    for (const text of ["介接IP清查紀錄", `IP-${review}`, "白名單位址3個", "該線路已停用wu.officer", "從未使用閒置移除"])
      expect(plain).toContain(text);
    const trail = await console_.owner.pool.query("select account from admin_trail where action = 'printInventory' and outcome = 'done'");
    expect(trail.rows).toEqual([{ account: "lin.manager" }]);
    expect((await wu.get("/console")).text).not.toContain("IP 清查待答覆");
  });

  test("§3(8) that isn't there is nowhere", async () => {
    for (const path of ["/console/addresses/2020-01-01", "/console/addresses/2020-01-01/report.pdf", one("115-0001", "203.66.0.99")])
      expect((await wu.get(path)).status, path).toBe(404);
  });
});
