import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRoutes } from "../../src/console/routes.ts";
import { createVisitor, startTestConsole, type TestConsole } from "../support/console.ts";
import { PASSWORD } from "../support/console-office.ts";

const MINUTE = 60_000;
let time = Date.now();
const now = () => time;
let console_: TestConsole;
const people: Record<string, { secret: string }> = {};

beforeAll(async () => {
  console_ = await startTestConsole({ now });
  for (const [account, duty] of [
    ["lin.manager", "manager"],
    ["chen.auditor", "auditor"],
  ] as const)
    people[account] = { secret: await createVisitor(console_, now).setUp(account, await console_.appoint(account, duty), PASSWORD) };
});
afterAll(() => console_.close());

async function loggedIn(account: string) {
  time += MINUTE;
  const person = createVisitor(console_, now);
  await person.logIn(account, PASSWORD, people[account]?.secret ?? "");
  await person.get("/console");
  return person;
}

describe("pages", () => {
  test("§3(1) nobody who is not logged in sees any, known or unknown", async () => {
    for (const path of [
      "/console",
      "/console/integrations",
      "/console/integrations/1",
      "/console/integrations.csv",
      "/console/people",
      "/console/trail",
      "/console/password",
    ])
      expect((await createVisitor(console_).get(path)).location, path).toBe("/console/log-in");
    for (const path of ["/console/secret", "/console/integrations/%00", "/apply/open/%00"])
      expect((await createVisitor(console_).get(path)).status, path).toBe(404);
  });

  test("§3(1) a page outside one's duty is refused, and the attempt is on the trail", async () => {
    const auditor = await loggedIn("chen.auditor");
    for (const path of ["/console/integrations", "/console/integrations.csv"]) expect((await auditor.get(path)).status, path).toBe(403);
    expect((await auditor.post("/console/integrations/1/approve", { reason: "符合需要" })).status).toBe(403);
    const { text } = await auditor.get("/console/trail");
    expect(text).toContain("您的職務不包含這項操作");
    expect((await auditor.get("/console")).text).not.toContain('href="/console/integrations"');
  });

  test("§3(1) a page that names no action of the table can't be mounted", () => {
    const routes = createRoutes({} as Parameters<typeof createRoutes>[0]);
    // biome-ignore lint/suspicious/noExplicitAny: what the types forbid is refused all the same.
    expect(() => routes.get("/console/hidden", undefined as any, () => new Response())).toThrow("names no action");
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    expect(() => routes.post("/console/hidden", "toString" as any, () => new Response())).toThrow("names no action");
  });

  test("say to browsers what to keep out: everything that isn't ours", async () => {
    const person = await loggedIn("lin.manager");
    for (const path of ["/console", "/console/log-in", "/console/nothing", "/console/people"]) {
      const { headers, text } = await person.get(path);
      expect(headers.get("content-security-policy"), path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("cache-control"), path).toBe("no-store");
      expect(headers.get("x-frame-options"), path).toBe("DENY");
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(text, path).not.toMatch(/<script(?! src="\/console\/assets\/)|<style|style=|onclick=|https?:\/\//);
    }
  });

  test("bring their files from here, with the content's hash in their path", async () => {
    const { text } = await createVisitor(console_).get("/console/log-in");
    const style = /href="(\/console\/assets\/[0-9a-f]{12}\/console\.css)"/.exec(text)?.[1] ?? "";
    const answer = await createVisitor(console_).get(style);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const fetched = [...answer.text.matchAll(/(?:url\(\s*["']?|@import\s+["']?)(.{0,20})/g)].map(([, target = ""]) => target);
    expect(fetched.filter((target) => !target.startsWith("data:"))).toEqual([]);
  });
});

describe("forms", () => {
  test.each([
    ["another site's", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["a sibling's", { "sec-fetch-site": "same-site", origin: "https://other.nantou.example" }],
    ["nobody's", { "sec-fetch-site": "", origin: "" }],
  ])("%s are refused, token or not", async (_whose, headers) => {
    const person = await loggedIn("lin.manager");
    const refused = await person.post("/console/log-out", {}, headers);
    expect(refused.status).toBe(403);
    expect((await person.get("/console")).status).toBe(200);
  });

  test("without their token, or with another browser's, are refused", async () => {
    const person = await loggedIn("lin.manager");
    const other = await loggedIn("chen.auditor");
    const foreign = /name="formToken" value="([^"]+)"/.exec((await other.get("/console")).text)?.[1] ?? "";
    for (const formToken of ["", foreign]) expect((await person.post("/console/log-out", { formToken })).status).toBe(403);
    expect((await person.get("/console")).status).toBe(200);
  });

  test("longer than any page makes them are refused", async () => {
    const person = await loggedIn("lin.manager");
    // On a connection of its own: the server closes one whose request it reads no further.
    const alone = { connection: "close" };
    expect((await person.post("/console/language", { language: "x".repeat(270_000) }, alone)).status).toBe(413);
  });

  test("lead back to pages of ours only", async () => {
    const person = await loggedIn("lin.manager");
    for (const back of ["https://evil.example/", "//evil.example", "/console.evil.example"])
      expect((await person.post("/console/language", { language: "en", back })).location).toBe("/console");
    const page = await person.get("/console");
    expect(page.text).toContain('<html lang="en"');
    expect(page.text).toContain("Nothing to do");
  });

  test("lead back to a page where the path takes forms only", async () => {
    const person = await loggedIn("lin.manager");
    for (const [back, page] of [
      ["/console/integrations/115-1/approve", "/console/integrations/115-1"],
      ["/console/integrations/115-1/refuse", "/console/integrations/115-1/refuse"],
      ["/console/integrations?state=active", "/console/integrations?state=active"],
      ["/console/log-out", "/console"],
      ["/console/nowhere/at/all", "/console"],
    ] as const)
      expect((await person.post("/console/language", { language: "zh-Hant", back })).location, back).toBe(page);
    const refused = await person.post("/console/integrations/115-1/approve", { reason: "x" });
    expect(/name="back" value="([^"]+)"/.exec(refused.text)?.[1]).toBe("/console/integrations/115-1/approve");
  });

  test("§3(5) too many tries from one address are put off", async () => {
    const other = await startTestConsole({ now });
    const guest = createVisitor(other, now);
    await guest.get("/console/set-up");
    const statuses = await Promise.all(
      Array.from({ length: 70 }, async () => (await guest.post("/console/set-up", { account: "lin.manager", token: "x" })).status),
    );
    expect([statuses.filter((status) => status === 422).length, statuses.filter((status) => status === 429).length]).toEqual([60, 10]);
    await other.close();
  });
});

describe("cookies and names", () => {
  test("on this machine: not for scripts, not for other sites' forms", async () => {
    const { headers } = await createVisitor(console_).get("/console/log-in");
    expect(headers.getSetCookie()[0]).toMatch(/^console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test("under TLS: for this host alone, and the browser insists on TLS", async () => {
    const secured = await startTestConsole({ origin: "https://verify.example" });
    const read = (host: string) =>
      new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
        const sent = request(`${secured.url}/console/log-in`, { headers: { host } }, (response) => {
          response.resume();
          resolve({ status: response.statusCode, headers: response.headers });
        });
        sent.once("error", reject).end();
      });
    const { status, headers } = await read("verify.example");
    expect(status).toBe(200);
    expect(headers["set-cookie"]?.[0]).toMatch(/^__Host-console=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    for (const host of ["evil.example", "127.0.0.1"]) expect((await read(host)).status, host).toBe(421);
    await secured.close();
  });

  test("without TLS it is for this machine's own names only", async () => {
    const read = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${console_.url}/console/log-in`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.once("error", reject).end();
      });
    for (const [host, status] of [
      ["localhost:8081", 200],
      ["127.0.0.1", 200],
      ["[::1]:8081", 200],
      ["10.0.0.5:8081", 421],
      ["rebound.example", 421],
    ] as const)
      expect(await read(host), host).toBe(status);
  });
});

test.each([
  ["zh-TW,zh;q=0.9,en-US;q=0.8", "zh-Hant"],
  ["en-GB,en;q=0.9,zh-TW;q=0.5", "en"],
  ["fr-FR, en;q=0.5", "en"],
  ["ja", "zh-Hant"],
  ["", "zh-Hant"],
])("a browser that asks for %j gets %s", async (wished, language) => {
  const { text } = await createVisitor(console_).get("/console/log-in", { "accept-language": wished });
  expect(text).toContain(`<html lang="${language}"`);
});
