import { html } from "hono/html";
import type { RuleViolation } from "../domain/rule-violation.ts";
import { type Html, NOTHING } from "./layout.ts";
import type { Text } from "./text/index.ts";

/** What stands against what was typed: a sentence, and the field that it belongs to, if it belongs to one. */
export interface Fault {
  readonly sentence: string;
  readonly field?: string | undefined;
  /** The rule that was broken, if one was. */
  readonly code?: string;
}

/** What a broken rule says in the reader's language. */
export function faultOf(text: Text, { code, message }: RuleViolation, fieldOf: Readonly<Record<string, string>> = {}): Fault {
  const field = fieldOf[code];
  // The rule of texts speaks of the reason, which most forms ask for; not every text is one.
  if (code === "application-incomplete" && field !== undefined && field !== "reason") return { sentence: text.form.empty, field, code };
  const known = (text.rule as Readonly<Record<string, string>>)[code];
  return { sentence: known ?? `${message} (${code})`, field, code };
}

const TEXT_CODES = ["application-incomplete", "text-too-long", "text-not-printable", "national-id-in-text"];

/** The rules of texts, each told beside the field that holds the text. */
export function textFaults(field: string): Readonly<Record<string, string>> {
  return Object.fromEntries(TEXT_CODES.map((code) => [code, field]));
}

/** At the top of a form: what is wrong, each with the way to its field. */
export function faultSummary(text: Text, ...faults: readonly (Fault | undefined)[]): Html {
  const told = faults.filter((fault) => fault !== undefined);
  if (told.length === 0) return NOTHING;
  return html`<div class="ds-alert" data-color="danger" role="alert"><h2 class="ds-heading" data-size="2xs">${text.form.errors}</h2>
${told.map(({ field, sentence }) => html`<p>${field === undefined ? sentence : html`<a class="ds-link" href="#${field}">${sentence}</a>`}</p>`)}</div>`;
}

/** Beside a field or a group of them: what is wrong with it. */
export function faultBeside(name: string, fault: Fault | undefined): Html {
  return fault?.field === name ? html`<p class="ds-validation-message" id="${name}-fault">${fault.sentence}</p>` : NOTHING;
}

/** What ties a field to what is wrong with it. */
function marked(name: string, fault: Fault | undefined): Html {
  return fault?.field === name ? html` aria-describedby="${name}-fault" aria-invalid="true"` : NOTHING;
}

/** Fields that are answered together, such as boxes to tick; what is wrong is told of the group. */
export function group(name: string, legend: string, fields: Html | readonly Html[], fault: Fault | undefined): Html {
  return html`<fieldset class="ds-fieldset" id="${name}"${fault?.field === name ? html` aria-describedby="${name}-fault"` : NOTHING}><legend
class="ds-label">${legend}</legend>${fields}${faultBeside(name, fault)}</fieldset>`;
}

interface FieldOptions {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly hint?: string;
  readonly type?: "text" | "password" | "search";
  readonly autocomplete?: string;
  readonly inputmode?: "numeric";
  readonly size?: number;
  readonly fault?: Fault | undefined;
  /** More than one line. */
  readonly long?: boolean;
}

/** A field with its label, hint and fault. */
export function field({
  name,
  label,
  value = "",
  hint,
  type = "text",
  autocomplete = "off",
  inputmode,
  size,
  fault,
  long,
}: FieldOptions): Html {
  const wrong = fault !== undefined && fault.field === name;
  const described = [hint !== undefined && `${name}-hint`, wrong && `${name}-fault`].filter((id) => typeof id === "string").join(" ");
  const common = html` class="ds-input" id="${name}" name="${name}"${described === "" ? NOTHING : html` aria-describedby="${described}"`}${
    wrong ? html` aria-invalid="true"` : NOTHING
  }`;
  return html`<div class="ds-field">
<label class="ds-label" for="${name}">${label}</label>
${hint === undefined ? NOTHING : html`<p data-field="description" id="${name}-hint">${hint}</p>`}
${
  long
    ? // No longest length: a browser would cut what is pasted, and an address that is cut is another address.
      html`<textarea${common} rows="3" autocomplete="${autocomplete}">${value}</textarea>`
    : html`<input${common} type="${type}" value="${type === "password" ? "" : value}" autocomplete="${autocomplete}"${
        inputmode === undefined ? NOTHING : html` inputmode="${inputmode}"`
      }${size === undefined ? NOTHING : html` size="${size}"`}>`
}
${wrong ? html`<p class="ds-validation-message" id="${name}-fault">${fault?.sentence}</p>` : NOTHING}
</div>`;
}

/** One of several that may be ticked, or one alone, whose fault stands beside it. */
export function checkbox(name: string, value: string, label: string, checked: boolean, fault?: Fault): Html {
  const id = `${name}-${value}`;
  return html`<div class="ds-field"><input class="ds-input" type="checkbox" id="${id}" name="${name}" value="${value}"${
    checked ? html` checked` : NOTHING
  }${marked(name, fault)}><label class="ds-label" for="${id}">${label}</label></div>`;
}

/** A choice of one. */
export function select(
  name: string,
  label: string,
  options: readonly (readonly [value: string, label: string])[],
  chosen: string,
  fault?: Fault,
): Html {
  return html`<div class="ds-field"><label class="ds-label" for="${name}">${label}</label><select class="ds-input" id="${name}" name="${name}"${marked(
    name,
    fault,
  )}>${options.map(
    ([value, title]) => html`<option value="${value}"${value === chosen ? html` selected` : NOTHING}>${title}</option>`,
  )}</select>${faultBeside(name, fault)}</div>`;
}
