import { expect } from "vitest";
import { createVisitor, type ReadPage, type TestConsole, type Visitor } from "./console.ts";
import { CASE_OFFICER, MANAGER, madeUpAddress, OFFICER, say } from "./integration.ts";
import { fresh, type IntegrationPlatform, inDays } from "./integration-platform.ts";

/** A letter as agencies attach it: enough of a PDF to be taken for one. */
export const LETTER = "%PDF-1.7 來文的內容";

let forms = 0;

/** A form as an agency fills it in, for a system and an address of its own. */
export function filledForm() {
  forms += 1;
  return {
    ...{ agencyName: "測試社會處", agencyCode: "376480000", systemName: `低收入戶審查系統${forms}`, legalBasis: "社會救助法第4條" },
    ...{ purpose: "低收入戶資格審查", checks: ["resident", "disability"], addresses: madeUpAddress(), from: inDays(0), until: inDays(60) },
    ...{ contact: "049-2222106", letterNumber: "府社助字第1150012345號", letterDate: inDays(0), improvement: "", liability: "yes" },
  };
}

/** An agency's browser with a draft open, and the private link that it was shown. */
export interface Applicant {
  readonly browser: Visitor;
  /** Path of the private link. */
  readonly link: string;
  readonly token: string;
  /** Sends the form, then the letter, then submits them unless it says otherwise; gives the first page that stands in the way, or the last. */
  send(fields: object, letter?: string, path?: string): Promise<ReadPage>;
  /** Sends one of the forms of the status page. */
  step(path: string, fields: object): Promise<ReadPage>;
}

/** Begins an application, each from a network of its own: the console must trust this machine as a proxy. */
export async function beginApplication(console_: TestConsole): Promise<Applicant> {
  forms += 1;
  const browser = createVisitor(console_, Date.now, `198.51.100.${forms % 250}`);
  await browser.get("/apply");
  expect((await browser.post("/apply/begin", {})).location).toBe("/apply/case");
  const { text } = await browser.get("/apply/case");
  const link = new URL(/<code>(http[^<]+)<\/code>/.exec(text)?.[1] ?? "").pathname;
  const shownFor = /name="case" value="([^"]+)"/.exec(text)?.[1] ?? "";
  return {
    ...{ browser, link, token: link.split("/").at(-1) ?? "" },
    async send(fields, letter, path = "/apply/case") {
      const form = { case: shownFor, do: "next", ...fields };
      const typed = await browser.post(path, form);
      if (typed.status !== 303 || (letter === undefined && form.do !== "next")) return typed;
      if (letter !== undefined) {
        const content = new Blob([letter], { type: "application/pdf" });
        const attached = await browser.upload("/apply/letter", { case: shownFor }, { name: "letter", content });
        if (attached.status !== 303 || form.do !== "next") return attached;
      }
      const { text, ...page } = await browser.get("/apply/letter");
      const saved = /name="saved" value="(\d+)"/.exec(text)?.[1];
      return saved === undefined ? { ...page, text } : browser.post("/apply/submit", { case: shownFor, saved });
    },
    step: (path, fields) => browser.post(path, { case: shownFor, ...fields }),
  };
}

/** Applies, and gives the number too. */
export async function submitApplication(console_: TestConsole): Promise<Applicant & { readonly number: string }> {
  const applicant = await beginApplication(console_);
  expect((await applicant.send(filledForm(), LETTER)).location).toBe("/apply/case");
  return { ...applicant, number: await numberShown(applicant) };
}

/** The application number that the status page shows. */
export async function numberShown({ browser }: Applicant): Promise<string> {
  return /申請編號　([^<]+)</.exec((await browser.get("/apply/case")).text)?.[1] ?? "";
}

/** An agency whose integration is active: its private link is what it has. */
export async function activateApplication(
  console_: TestConsole,
  platform: IntegrationPlatform,
): Promise<Applicant & { readonly number: string }> {
  const applicant = await submitApplication(console_);
  await platform.integrations.check(applicant.number, say(CASE_OFFICER));
  await platform.integrations.approve(applicant.number, say(MANAGER));
  await platform.integrations.provision(applicant.number, { ...say(OFFICER), credential: fresh() });
  await expect.poll(async () => (await platform.onRecord(applicant.number)).state).toBe("active");
  return applicant;
}

/** What the form of a change or renewal says, as it is shown, but for what is given. */
export async function shownForm({ browser }: Applicant, path: string, given: object) {
  const { text } = await browser.get(path);
  const value = (name: string) =>
    new RegExp(`<input[^>]* name="${name}"[^>]* value="([^"]*)"`).exec(text)?.[1] ??
    new RegExp(`<textarea[^>]* name="${name}"[^>]*>([^<]*)<`).exec(text)?.[1] ??
    "";
  const texts = ["legalBasis", "purpose", "addresses", "until", "contact"].map((name) => [name, value(name)]);
  const checks = [...text.matchAll(/name="checks" value="(\w+)" checked/g)].map(([, check]) => check);
  const letter = { letterNumber: "府社助字第1160000001號", letterDate: inDays(0), liability: "yes" };
  return { ...Object.fromEntries(texts), checks, ...letter, ...given };
}

/** Sends it as somebody would who changed only what is given. */
export async function sendChanged(applicant: Applicant, path: string, given: object, letter?: string): Promise<ReadPage> {
  return applicant.send(await shownForm(applicant, path, given), letter, path);
}
