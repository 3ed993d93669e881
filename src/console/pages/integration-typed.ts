import { type Fault, field } from "../fields.ts";
import type { Html } from "../layout.ts";
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

/** Every step says why. */
export function reasonField({ text }: Visit, fault: Fault | undefined, typed?: Typed): Html {
  return field({ name: "reason", label: text.form.reason, hint: text.form.reasonHint, value: typed?.reason ?? "", long: true, fault });
}
