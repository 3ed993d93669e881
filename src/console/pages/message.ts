import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CONSOLE_ACTIONS, type ConsoleAction } from "../../domain/console-action.ts";
import { clock, type Html, NOTHING, page } from "../layout.ts";
import type { ConsoleRequest, Visit } from "../visit.ts";

interface Message {
  readonly title: string;
  readonly body: string;
  /** Where somebody goes on; undefined: where they began. */
  readonly back?: { readonly path: string; readonly label: string };
  /** What was sent, where no form shows it again. */
  readonly sent?: Html;
}

/**
 * A page that says one thing: what happened, what to do, and a code by which it can be told of.
 * @param refused the action that the reader may not take: whose it is stands there too
 */
export function messagePage(
  c: ConsoleRequest,
  visit: Visit,
  status: ContentfulStatusCode,
  message: Message,
  refused?: ConsoleAction,
): Response | Promise<Response> {
  const { text, now, here } = visit;
  const body = html`<div class="narrow message"><h1 class="ds-heading" data-size="md">${message.title}</h1>
<p class="lead">${message.body}${refused === undefined ? NOTHING : whose(visit, refused)}</p>${message.sent ?? NOTHING}
<h2 class="ds-heading" data-size="xs">${text.message.next}</h2>
<p class="buttons">${status === 503 && c.req.method === "GET" ? html`<a class="ds-button" href="${here}">${text.message.again}</a>` : NOTHING}${onward(visit, message)}</p>
<p class="quiet">${text.message.code(status, clock(text, now))}</p></div>`;
  return page(c, visit, { title: message.title, body, status });
}

function onward({ text, stage, here }: Visit, { back }: Message): Html {
  const toLogIn = { path: "/console", label: stage === "full" ? text.message.back : text.message.toLogIn };
  const { path, label } = back ?? (here.startsWith("/apply") ? { path: "/apply", label: text.apply.title } : toLogIn);
  return html`<a class="ds-link" href="${path}">${label}</a>`;
}

/** Whose duty an action is. */
function whose({ text }: Visit, action: ConsoleAction): Html {
  const rule = CONSOLE_ACTIONS[action];
  if (!("duties" in rule)) return NOTHING;
  return html` ${text.message.whose(rule.duties.map((duty) => text.duty[duty]).join(text.separator))}`;
}
