import { html } from "hono/html";
import { type Fault, faultBeside } from "../fields.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";

/** Where a letter's file is chosen: alone on its form, so that what can't be taken costs nothing else. */
export function letterField({ text: { apply } }: Visit, fault: Fault | undefined): Html {
  const wrong = fault?.field === "letter";
  return html`<div class="ds-field"><label class="ds-label" for="letter">${apply.letterFile}</label><p data-field="description" id="letter-hint">${apply.letterHint}</p>
<input class="ds-input" type="file" id="letter" name="letter" accept="application/pdf,.pdf" aria-describedby="letter-hint${wrong ? " letter-fault" : NOTHING}"${
    wrong ? html` aria-invalid="true"` : NOTHING
  }>${faultBeside("letter", fault)}</div>`;
}
