import { html } from "hono/html";
import { accountExists } from "../../../db/queries/account.ts";
import { insertTrailEntry } from "../../../db/queries/admin-trail.ts";
import { deleteSession } from "../../../db/queries/session.ts";
import { createNetworkLimit } from "../../adapters/network-limit.ts";
import { createToken } from "../../adapters/session-token.ts";
import { isAccount } from "../../domain/appointment.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { writeToken } from "../cookies.ts";
import { type Fault, faultOf, field } from "../fields.ts";
import { type Kept, keptFields, keptIn } from "../kept.ts";
import { chooseLanguage, LANGUAGES } from "../language.ts";
import { beginSetUp, giveCode, logIn, type Progress } from "../log-in.ts";
import { type ConsoleRoutes, PAGE_OF } from "../routes.ts";
import type { SentForm } from "../sent-form.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { messagePage } from "./message.ts";
import { logInPage, stepPage } from "./step-page.ts";

/** Tries from one address in five minutes: a whole office behind one address logs in, a machine that guesses doesn't get far. */
const TRIES = { points: 60, duration: 300 };

/** Logging in: account and password, then the authenticator's code; and leaving again. */
export function logInPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { consoleOrigin } = context.settings;
  const withinLimit = createNetworkLimit(TRIES);

  /** Goes on to the next step, with a new cookie; or shows the form again with what was wrong. */
  async function step(
    c: ConsoleRequest,
    visit: Visit,
    show: (fault: Fault) => Answer,
    take: () => Promise<Progress>,
    who: Who,
    kept?: Kept,
  ): Promise<Response> {
    const { account, action } = who;
    const address = context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
    if (!(await withinLimit(address))) return messagePage(c, visit, 429, visit.text.message.busy);
    const note = async (outcome: string) =>
      insertTrailEntry(context.db, {
        takenAt: context.now(),
        // What is no account may be anything that was typed into the wrong field, a password even.
        account: (await accountExists(context.db, account)) ? account : undefined,
        duty: undefined,
        action,
        object: "",
        address: address === "unknown" ? undefined : address,
        outcome,
      });
    try {
      const { token, stage } = await take();
      writeToken(c, consoleOrigin, token);
      await note("done");
      if (kept !== undefined) return await routes.goOn(c, stage === "full" ? routes.pageAt(kept.path) : PAGE_OF[stage], { token, kept });
      return c.redirect(PAGE_OF[stage], 303);
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      await note(error.code);
      return show(faultOf(visit.text, error));
    }
  }

  routes.get("/console/log-in", "enter", (c, visit) =>
    visit.stage === "none" ? logInPage(c, visit) : c.redirect(PAGE_OF[visit.stage], 303),
  );
  routes.post("/console/log-in", "enter", (c, visit, form) => {
    const account = accountOf(form);
    const kept = keptIn(form);
    const take = () => logIn(context, { account, network: visit.network }, form.one("password"));
    const show = (fault: Fault) => logInPage(c, visit, { account: form.one("account"), fault, kept });
    return step(c, visit, show, take, { account, action: "logIn" }, kept);
  });

  routes.get("/console/code", "giveCode", (c, visit) => codePage(c, visit));
  routes.post("/console/code", "giveCode", (c, visit, form) => {
    const account = visit.account ?? "";
    const take = () => giveCode(context, { account, network: visit.network, session: visit.tokenHash }, digitsOf(form.one("code")));
    const kept = keptIn(form);
    return step(c, visit, (fault) => codePage(c, visit, fault, kept), take, { account, action: "giveCode" }, kept);
  });

  routes.get("/console/set-up", "enter", (c, visit) => setUpPage(c, visit));
  routes.post("/console/set-up", "enter", (c, visit, form) => {
    const account = accountOf(form);
    const take = () => beginSetUp(context, account, form.one("token").trim());
    return step(c, visit, (fault) => setUpPage(c, visit, form.one("account"), fault), take, { account, action: "beginSetUp" });
  });

  routes.post("/console/log-out", "leave", async (c, visit) => {
    await deleteSession(context.db, visit.tokenHash);
    await visit.note("leave", "");
    writeToken(c, consoleOrigin, createToken());
    return c.redirect("/console/log-in?ended", 303);
  });
  routes.post("/console/language", "enter", (c, _visit, form) => {
    const language = LANGUAGES.find((known) => known === form.one("language"));
    if (language !== undefined) chooseLanguage(c, consoleOrigin, language);
    const back = form.one("back");
    return c.redirect(/^\/(?:console|apply)(?:[/?]|$)/.test(back) ? routes.pageAt(back) : "/console", 303);
  });
  routes.get("/console/session", "enter", tellSession, { looksOnly: true });
  // To go on typing, or to say so, is use as every request is.
  routes.post("/console/session", "enter", tellSession);
}

/**
 * What the countdown of a page is told: how long the session lasts unless it is used, and of a whole one whose it is and what its forms bring
 * back, for a page that outlived the session before. No other site can read it: nothing allows it to, and the cookie doesn't come along.
 */
function tellSession(c: ConsoleRequest, { endsAt, now, holder, formToken }: Visit): Answer {
  const endsIn = Math.max(0, (endsAt ?? now) - now);
  return c.json(holder === undefined ? { endsIn } : { endsIn, holder, formToken });
}

type Answer = Response | Promise<Response>;
interface Who {
  readonly account: string;
  readonly action: string;
}

/** What can't be an account is nobody's, and goes no further. */
function accountOf(form: SentForm): string {
  const typed = form.one("account").trim();
  return isAccount(typed) ? typed : "";
}

/** Codes are often typed in two groups, or in full width. */
export function digitsOf(code: string): string {
  return code.normalize("NFKC").replace(/\s/g, "");
}

function codePage(c: ConsoleRequest, visit: Visit, fault?: Fault, kept = visit.kept): Answer {
  const { text } = visit;
  const body = html`<p>${text.code.intro}</p>
${field({ name: "code", label: text.code.code, autocomplete: "one-time-code", inputmode: "numeric", size: 8 })}${keptFields(kept)}`;
  return stepPage(c, visit, { ...text.code, body, path: "/console/code", fault });
}

function setUpPage(c: ConsoleRequest, visit: Visit, account = "", fault?: Fault): Answer {
  const { text } = visit;
  const body = html`<p>${text.setUp.intro}</p><p class="quiet">${text.setUp.steps}</p>
${field({ name: "account", label: text.form.account, value: account, autocomplete: "username" })}
${field({ name: "token", label: text.setUp.token, type: "password" })}`;
  return stepPage(c, visit, { ...text.setUp, body, path: "/console/set-up", fault });
}
