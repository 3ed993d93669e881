import { html } from "hono/html";
import { type Integration, versionShown } from "../../domain/integration.ts";
import { type Fault, field } from "../fields.ts";
import type { Html } from "../layout.ts";
import type { SentForm } from "../sent-form.ts";
import type { Visit } from "../visit.ts";

/** What was typed into a form that could not be taken: it is shown again. */
export interface Typed {
  readonly reason: string;
  readonly checks?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly shared?: readonly string[];
  readonly credential?: boolean;
}

/** What a form of a case says. */
export function typedIn(form: SentForm): Required<Typed> {
  return {
    ...{ reason: form.one("reason"), from: form.one("from"), until: form.one("until") },
    ...{ checks: form.all("checks"), shared: form.all("shared"), credential: form.one("credential") !== "" },
  };
}

/** What is decided on is what was shown: the form names it. */
export function seenField(integration: Integration): Html {
  return seenVersion(versionShown(integration));
}

/** @param version of what is shown; of a form that comes back with a fault, what was shown when it was first opened: it doesn't show what has changed since */
export function seenVersion(version: number): Html {
  return html`<input type="hidden" name="seen" value="${version}">`;
}

/** What a form says was shown; what says nothing has seen nothing. */
export function seenIn(form: SentForm): number {
  return Number.parseInt(form.one("seen") || "0", 10);
}

/** Every step says why. */
export function reasonField({ text }: Visit, fault: Fault | undefined, typed?: Pick<Typed, "reason">): Html {
  return field({
    name: "reason",
    label: text.form.reason,
    hint: text.form.reasonHint,
    value: typed?.reason ?? "",
    long: true,
    fault,
  });
}
