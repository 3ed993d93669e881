import { html, raw } from "hono/html";
import { lockAccount, updateAuthenticator } from "../../../db/queries/account.ts";
import { createTotpSecret, openTotpSecret, sealTotpSecret, totpUri } from "../../adapters/authenticator.ts";
import { qrPath } from "../../adapters/qr-code.ts";
import type { SessionStage } from "../../domain/console-action.ts";
import { RuleViolation } from "../../domain/rule-violation.ts";
import type { ConsoleContext } from "../context.ts";
import { writeToken } from "../cookies.ts";
import { type Fault, faultOf, field } from "../fields.ts";
import { keptFields, keptIn } from "../kept.ts";
import { type Entrant, enrol, type Progress } from "../log-in.ts";
import { type NewPassword, setPassword } from "../password-change.ts";
import { type ConsoleRoutes, PAGE_OF } from "../routes.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";
import { digitsOf } from "./log-in.ts";
import { stepPage } from "./step-page.ts";

const FIELD_OF = {
  "password-wrong": "current",
  "account-locked": "current",
  "password-not-repeated": "repeated",
  ...Object.fromEntries(
    ["too-short", "too-long", "not-mixed", "monotonous", "names-account", "known", "used-before", "too-young"].map((code) => [
      `password-${code}`,
      "password",
    ]),
  ),
};

/** Password and authenticator: at the first log-in, after a reset, every three months, and whenever one likes. */
export function setUpPages(routes: ConsoleRoutes, context: ConsoleContext): void {
  const keepToken = (c: ConsoleRequest, { token }: Progress) => writeToken(c, context.settings.consoleOrigin, token);

  routes.get("/console/password", "setPassword", (c, visit) => passwordPage(c, visit));
  routes.post("/console/password", "setPassword", async (c, visit, form) => {
    const kept = keptIn(form);
    const typed: NewPassword = { current: form.one("current"), password: form.one("password"), repeated: form.one("repeated") };
    try {
      const progress = await visit.onTrail("setPassword", "", () =>
        setPassword(context, entrantOf(visit), visit.stage as SessionStage, typed),
      );
      keepToken(c, progress);
      if (progress.stage !== "full") return c.redirect(PAGE_OF[progress.stage], 303);
      if (kept !== undefined) return await routes.goOn(c, routes.pageAt(kept.path), { token: progress.token, kept });
      return c.redirect("/console?password-set", 303);
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      return passwordPage(c, visit, faultOf(visit.text, error, FIELD_OF), kept);
    }
  });

  routes.get("/console/authenticator", "enrolAuthenticator", (c, visit) => authenticatorPage(c, visit, context));
  routes.post("/console/authenticator", "enrolAuthenticator", async (c, visit, form) => {
    try {
      const take = () => enrol(context, entrantOf(visit), digitsOf(form.one("code")));
      keepToken(c, await visit.onTrail("enrolAuthenticator", "", take));
      return c.redirect("/console", 303);
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      return authenticatorPage(c, visit, context, faultOf(visit.text, error, { "code-wrong": "code" }));
    }
  });
}

function entrantOf({ account = "", network, tokenHash }: Visit): Entrant {
  return { account, network, session: tokenHash };
}

function passwordPage(c: ConsoleRequest, visit: Visit, fault?: Fault, kept = visit.kept): Response | Promise<Response> {
  const { text, stage } = visit;
  const password = (name: string, label: string, autocomplete: string) => field({ name, label, type: "password", autocomplete, fault });
  const body = html`${stage === "password" ? html`<p class="ds-alert" data-color="warning">${text.password.expired}</p>` : ""}
<p>${text.password.rules}</p>
<input class="ds-sr-only" type="text" name="username" autocomplete="username" value="${visit.account ?? ""}" readonly tabindex="-1" aria-hidden="true">
${stage === "full" ? password("current", text.password.current, "current-password") : ""}
${password("password", text.password.fresh, "new-password")}
${password("repeated", text.password.repeated, "new-password")}${keptFields(kept)}`;
  const title = stage === "full" ? text.password.change : text.password.title;
  return stepPage(c, visit, { title, body, path: "/console/password", submit: text.password.submit, fault });
}

/** The secret is made when it is first shown, and stays the same until a code confirms it. */
async function authenticatorPage(c: ConsoleRequest, visit: Visit, context: ConsoleContext, fault?: Fault): Promise<Response> {
  const { text } = visit;
  const account = visit.account ?? "";
  const secret = await context.db.transaction().execute(async (trx) => {
    const known = (await lockAccount(trx, account))?.authenticator;
    if (known !== undefined) return openTotpSecret(context.keys, known, account);
    const fresh = createTotpSecret();
    const { sealed, keyId } = sealTotpSecret(context.keys, fresh, account);
    await updateAuthenticator(trx, account, sealed, keyId);
    return fresh;
  });
  const uri = totpUri(secret, account);
  const { path, size } = qrPath(uri);
  const picture = html`<svg class="qr" role="img" aria-label="${text.authenticator.picture}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect
width="${size}" height="${size}" fill="#fff"/><path d="${raw(path)}" fill="#000"/></svg>`;
  const body = html`<p>${text.authenticator.intro}</p>${picture}
<dl class="facts"><dt>${text.authenticator.secret}</dt><dd><code>${(secret.match(/.{4}/g) ?? []).join(" ")}</code></dd>
<dt>${text.authenticator.uri}</dt><dd><code>${uri}</code></dd></dl>
${field({ name: "code", label: text.authenticator.code, autocomplete: "one-time-code", inputmode: "numeric", size: 8, fault })}`;
  return stepPage(c, visit, { ...text.authenticator, body, path: "/console/authenticator", fault });
}
