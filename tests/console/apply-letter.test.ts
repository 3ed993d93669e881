import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POLICY } from "../../src/domain/policy.ts";
import type { IntegrationClient } from "../../src/integration-client.ts";
import {
  activateApplication,
  beginApplication,
  filledForm,
  LETTER,
  numberShown,
  sendChanged,
  submitApplication,
} from "../support/applicant.ts";
import { createVisitor, startTestConsole } from "../support/console.ts";
import { type ConsoleOffice, openConsoleOffice } from "../support/console-office.ts";
import { CASE_OFFICER, say } from "../support/integration.ts";

/** So that each applicant has a network of its own. */
const PROXY = { trustedProxies: ["127.0.0.1"] };
let office: ConsoleOffice;
let platform: ConsoleOffice["platform"];
let console_: ConsoleOffice["console_"];

beforeAll(async () => {
  office = await openConsoleOffice(PROXY);
  ({ platform, console_ } = office);
}, 120_000);
afterAll(() => office?.stop());

const active = () => activateApplication(console_, platform);

/** How many letters an application has on record. */
async function lettersOf(number: string): Promise<number> {
  const { rowCount } = await console_.owner.pool.query(
    "select from application_attachment where application_number = $1 and is_letter_on_record(draft_id, application_number)",
    [number],
  );
  return rowCount ?? 0;
}

describe("an application's letter", () => {
  test("§3(3) is with it when it is sent twice at once, which is one", async () => {
    const agency = await active();
    await sendChanged(agency, "/apply/renewal", { do: "save" }, LETTER);
    const saved = /name="saved" value="(\d+)"/.exec((await agency.browser.get("/apply/letter")).text)?.[1] ?? "";
    const sent = await Promise.all([1, 2].map(() => agency.step("/apply/submit", { saved })));
    expect(sent.map(({ status }) => status)).toContain(303);
    const { amendment } = await platform.integrations.show(agency.number);
    expect(await lettersOf(amendment?.application.applicationNumber ?? "")).toBe(1);
  });

  test("§3(3) stays on record when what came on paper is put right from the link", async () => {
    const agency = await active();
    const draft = { applicationNumber: `${agency.number}-2`, kind: "change", purpose: "紙本變更的目的" } as const;
    await platform.integrations.amend(agency.number, { ...say(CASE_OFFICER), draft });
    await platform.integrations.sendBack(agency.number, say(CASE_OFFICER, "缺法令條次"));
    expect((await sendChanged(agency, "/apply/correct", {}, LETTER)).location).toBe("/apply/case");
    expect(await lettersOf(draft.applicationNumber)).toBe(1);
  });

  test("§3(3) goes on record with the correction that it came with: not before, and also when nobody heard that it arrived", async () => {
    let { resubmit } = platform.integrations;
    const integrations: IntegrationClient = { ...platform.integrations, resubmit: (...given) => resubmit(...given) };
    const away = await startTestConsole({ database: platform.database, integrations, ...PROXY });
    const agency = await submitApplication(away);
    await platform.integrations.sendBack(agency.number, say(CASE_OFFICER, "缺法令條次"));
    resubmit = () => Promise.reject(new Error("nobody answers"));
    const sent = async () => {
      await agency.browser.get("/apply/correct");
      return agency.send(filledForm(), LETTER, "/apply/correct");
    };
    expect((await sent()).status).toBe(503);
    expect(await lettersOf(agency.number)).toBe(1);
    resubmit = async (...given) => {
      await platform.integrations.resubmit(...given);
      throw new Error("the answer was lost");
    };
    expect((await sent()).status).toBe(503);
    expect((await agency.browser.get("/apply/case")).text).toContain("待審查");
    expect(await lettersOf(agency.number)).toBe(2);
    await away.close();
  });

  test("§3(3) replaced while its application is on its way, is with it all the same", async () => {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: IntegrationClient = {
      ...platform.integrations,
      async apply(draft, by) {
        reached.resolve();
        await released.promise;
        return platform.integrations.apply(draft, by);
      },
    };
    const away = await startTestConsole({ database: platform.database, integrations: slow, ...PROXY });
    const agency = await beginApplication(away);
    const sent = agency.send(filledForm(), LETTER);
    await reached.promise;
    await agency.send({ ...filledForm(), do: "save" }, LETTER);
    released.resolve();
    expect((await sent).location).toBe("/apply/case");
    expect(await lettersOf(await numberShown(agency))).toBe(1);
    await away.close();
  });

  test("§3(3) is the one that was shown: one that came since is shown before anything is submitted", async () => {
    const agency = await beginApplication(console_);
    await agency.send({ ...filledForm(), do: "save" }, LETTER);
    const { text } = await agency.browser.get("/apply/letter");
    const [, given = ""] = /name="case" value="([^"]+)"/.exec(text) ?? [];
    const [, saved = ""] = /name="saved" value="(\d+)"/.exec(text) ?? [];
    await agency.browser.upload("/apply/letter", { case: given }, { name: "letter", content: new Blob([`${LETTER}，另一份`]) });
    const late = await agency.step("/apply/submit", { saved });
    expect([late.status, late.text.includes("已收到一份")]).toEqual([200, true]);
  });
});

describe("against abuse", () => {
  test("§3(3) an agency puts so many applications a day on record, whatever it withdraws: letters stay", async () => {
    const agency = await active();
    await console_.owner.pool.query(
      `insert into application select (jsonb_populate_record(a, jsonb_build_object('application_number', a.application_number || '-' || n, 'integration_id', null))).*
       from application a, generate_series(2, ${POLICY.applicationsOfOneADay}) n where a.application_number = $1`,
      [agency.number],
    );
    const refused = await sendChanged(agency, "/apply/change", { purpose: "低收入戶複查" }, LETTER);
    expect([refused.status, refused.text.includes("改以紙本申請")]).toEqual([503, true]);
    expect((await platform.integrations.show(agency.number)).amendment).toBeUndefined();
  });

  /** Begins to send a file of several megabytes, and doesn't end. */
  function sendEndless(path: string, headers: Record<string, string>) {
    const sending = request(`${console_.url}${path}`, { method: "POST", headers: { origin: console_.url, ...headers } });
    const answered = new Promise<number>((resolve) => {
      sending.on("response", ({ statusCode = 0 }) => resolve(statusCode));
      sending.on("error", () => undefined);
    });
    sending.write("x".repeat(100_000));
    return { answered, end: () => sending.destroy() };
  }

  test("§3(2) nothing is read of a scan that somebody sends who is not logged in", async () => {
    const path = "/console/integrations/1/scan";
    const { answered, end } = sendEndless(path, { "content-type": "multipart/form-data; boundary=x", "transfer-encoding": "chunked" });
    // Before the rest has come, which never does.
    expect(await answered).toBe(303);
    end();
  });

  test("§3(2) whoever sends letters that don't end keeps no other network's out", async () => {
    const slow = await submitApplication(console_);
    const cookie = [...slow.browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const endless = Array.from({ length: 25 }, () =>
      sendEndless("/apply/letter", {
        ...{ cookie, "x-forwarded-for": "203.0.113.77" },
        ...{ "content-type": "multipart/form-data; boundary=x", "content-length": "4000000" },
      }),
    );
    expect(await Promise.race(endless.map(({ answered }) => answered))).toBe(503);
    const content = new Blob([LETTER]);
    const other = createVisitor(console_, Date.now, "203.0.113.78");
    await other.get(slow.link);
    const { text } = await other.get("/apply/case");
    const given = { case: /name="case" value="([^"]+)"/.exec(text)?.[1] ?? "" };
    expect((await other.upload("/apply/letter", given, { name: "letter", content })).status).not.toBe(503);
    for (const { end } of endless) end();
  });
});
