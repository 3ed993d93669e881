import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsoleHouse, openConsoleHouse } from "../support/console-house.ts";
import { APPLICANT, CASE_OFFICER, madeUpApplication, say } from "../support/integration.ts";
import { inDays } from "../support/integration-platform.ts";
import { beginReview, openIntegration } from "../support/ip-inventory.ts";

const [SHARED, IDLE] = ["203.66.0.1", "2001:b000:168::7"];
let house: ConsoleHouse;

beforeAll(async () => {
  house = await openConsoleHouse();
}, 180_000);
afterAll(() => house?.stop());

describe("addresses in a real browser, without JavaScript", () => {
  test("§3(8) the dedicated officer answers the half-yearly review, from the task to the record", async () => {
    const { platform, visitors } = house;
    await openIntegration(platform, "115-清-0001", [SHARED, IDLE]);
    await openIntegration(platform, "115-清-0002", [SHARED]);
    await beginReview(platform);
    const officer = await visitors.open();
    await visitors.setUp(officer, "wu.officer", "dedicatedOfficer");
    await officer.getByRole("link", { name: "IP 清查待答覆" }).click();
    await visitors.lookAt(officer, "inventory-open");
    await officer.getByRole("row").filter({ hasText: IDLE }).getByRole("link", { name: "答覆…" }).click();
    await visitors.lookAt(officer, "inventory-decision");
    await officer.getByRole("button", { name: "移除白名單" }).click();
    await officer.getByRole("alert").getByText("理由未填").waitFor();
    await visitors.lookAt(officer, "inventory-fault");
    await officer.getByLabel("理由").fill("該線路已停用");
    await officer.getByRole("button", { name: "移除白名單" }).click();
    for (const reason of ["備援線路，仍需使用", "與 115-清-0001 共用出口"]) {
      await officer.getByRole("link", { name: "答覆…" }).first().click();
      await officer.getByLabel("理由").fill(reason);
      await officer.getByRole("button", { name: "保留" }).click();
      await officer.getByText(reason).waitFor();
    }
    await expect.poll(async () => (await officer.reload()) && officer.locator("h1").textContent()).toContain("已結束");
    await visitors.lookAt(officer, "inventory-closed");
    await officer.getByRole("link", { name: "白名單", exact: true }).first().click();
    await visitors.lookAt(officer, "inventories");
  }, 120_000);

  test("§3(10) the manager sees which address looks foreign before deciding, and with every step after", async () => {
    const { platform, visitors, console_ } = house;
    const number = "115-清-0003";
    const draft = { ...madeUpApplication(number, inDays(0), inDays(30)), addresses: ["168.95.1.1", "8.8.8.8"] };
    await platform.integrations.apply(draft, say(APPLICANT));
    await platform.integrations.check(number, say(CASE_OFFICER));
    const manager = await visitors.open();
    await visitors.setUp(manager, "lin.manager", "manager");
    await manager.goto(`${console_.url}/console/integrations/${encodeURIComponent(number)}`);
    await visitors.lookAt(manager, "foreign-checked");
    await manager.getByLabel("理由").fill("主機在臺北機房，已查證");
    await manager.getByRole("button", { name: "核可", exact: true }).click();
    await manager.locator("h1").getByText("待配賦").waitFor();
    await visitors.lookAt(manager, "foreign-approved");
    expect([visitors.complaints, [...visitors.requested]]).toEqual([[], [console_.url]]);
  }, 90_000);
});
