import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { insertTrailEntry } from "../../db/queries/admin-trail.ts";
import { listAppointments } from "../../db/queries/appointment.ts";
import { findSession, touchSession } from "../../db/queries/session.ts";
import { createToken, formTokenOf, hashToken } from "../adapters/session-token.ts";
import { networkOf } from "../adapters/source-address.ts";
import { type Duty, dutiesAt } from "../domain/appointment.ts";
import { actingDuty, type ConsoleAction, type LoginStage, mayTake } from "../domain/console-action.ts";
import type { Actor } from "../domain/integration-step.ts";
import { hideNationalIds } from "../domain/national-id.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import { sessionEnd } from "../domain/session.ts";
import type { ConsoleContext } from "./context.ts";
import { readToken, writeToken } from "./cookies.ts";
import type { Kept } from "./kept.ts";
import { languageOf } from "./language.ts";
import { TEXTS, type Text } from "./text/index.ts";

/** What a request comes with; a page that the log-in goes on to at once, the session that has just begun, and what was typed before it. */
export interface ConsoleBindings extends HttpBindings {
  readonly goingOn?: { readonly token: string; readonly kept: Kept };
}

export type ConsoleRequest = Context<{ Bindings: ConsoleBindings }>;

/** One request: who asks, in which language, and what they may. */
export interface Visit {
  readonly text: Text;
  /** Undefined while nobody is known. */
  readonly account: string | undefined;
  readonly stage: LoginStage;
  /** The same in every session of one account, and names nobody; undefined until the log-in is whole. */
  readonly holder: string | undefined;
  readonly duties: readonly Duty[];
  /** When the session ends unless it is used again, epoch milliseconds. */
  readonly endsAt: number | undefined;
  readonly tokenHash: Buffer;
  /** Where the request comes from, as attempts to log in are counted. */
  readonly network: string;
  readonly formToken: string;
  /** Epoch milliseconds, and the day in Taiwan. */
  readonly now: number;
  readonly today: string;
  /** The form that was sent before the log-in that this page follows. */
  readonly kept: Kept | undefined;
  /** Path and query of the page, to come back to. */
  readonly here: string;
  may(action: ConsoleAction): boolean;
  /** The account in the duty that allows an action of an integration's life. */
  actor(action: ConsoleAction): Actor;
  /** Adds to the trail. */
  note(action: string, object: string, outcome?: string): Promise<void>;
  /** Does something on the trail, whether it succeeds or breaks a rule. */
  onTrail<T>(action: ConsoleAction, object: string, run: () => Promise<T>): Promise<T>;
}

/** Reads who asks. A session is in use by it, unless it only looks. */
export async function readVisit(context: ConsoleContext, c: ConsoleRequest, { looksOnly = false } = {}): Promise<Visit> {
  const { db, settings } = context;
  const now = context.now();
  const { goingOn } = c.env;
  const known = goingOn?.token ?? readToken(c, settings.consoleOrigin);
  const token = known ?? createToken();
  // Before anybody logs in the cookie only ties forms to their browser.
  if (known === undefined) writeToken(c, settings.consoleOrigin, token);
  const tokenHash = hashToken(token);
  const read = looksOnly ? findSession : touchSession;
  const session = known === undefined ? undefined : await read(db, tokenHash, now, settings.consoleIdleMinutes);
  const duties = session === undefined ? [] : dutiesAt(await listAppointments(db, session.account), session.account, now);
  // Whose appointments have ended is nobody here.
  const present = session !== undefined && duties.length > 0 ? session : undefined;
  const who = { stage: present?.stage ?? ("none" as const), duties };
  const address = context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));

  async function note(action: string, object: string, outcome = "done"): Promise<void> {
    const entry = { takenAt: context.now(), account: present?.account, duty: duties.join(" ") || undefined, action, outcome };
    // What an object is called may have been typed, and stands on the trail for good.
    await insertTrailEntry(db, { ...entry, object: hideNationalIds(object), address: address === "unknown" ? undefined : address });
  }

  return {
    text: TEXTS[languageOf(c)],
    account: present?.account,
    ...who,
    holder: present?.stage === "full" ? hashToken(`holder\n${present.account}`).toString("base64url") : undefined,
    endsAt: present && sessionEnd(present, settings.consoleIdleMinutes),
    tokenHash,
    network: networkOf(address),
    formToken: formTokenOf(token),
    now,
    today: taipeiDate(now),
    kept: goingOn?.kept,
    here: c.req.path + (c.req.url.includes("?") ? c.req.url.slice(c.req.url.indexOf("?")) : ""),
    may: (action) => mayTake(action, who),
    actor: (action) => ({ account: present?.account ?? "", role: integrationRole(actingDuty(action, who)) }),
    note,
    async onTrail(action, object, run) {
      let result: Awaited<ReturnType<typeof run>>;
      try {
        result = await run();
      } catch (error) {
        await note(action, object, error instanceof RuleViolation ? error.code : "failed");
        throw error;
      }
      await note(action, object);
      return result;
    },
  };
}

function integrationRole(duty: Duty): Actor["role"] {
  if (duty === "caseOfficer" || duty === "dedicatedOfficer" || duty === "manager") return duty;
  throw new RuleViolation("3(1)", "action-not-allowed", "Overseers take no part in an integration's life.");
}
