import { html } from "hono/html";
import { CHECKS } from "../../domain/checks.ts";
import { FORM_TEXTS, type FormField, type TypedApplication } from "../../domain/integration-form.ts";
import type { RuleViolation } from "../../domain/rule-violation.ts";
import { checkbox, type Fault, faultBeside, faultOf, field, group } from "../fields.ts";
import { type Html, NOTHING } from "../layout.ts";
import type { SentForm } from "../sent-form.ts";
import type { Text } from "../text/index.ts";
import type { Visit } from "../visit.ts";

/** What stands against fields of the form, by their names; `letter` is the file. */
export type FormFaults = ReadonlyMap<FormField | "letter", Fault>;

/** What stands against a form that was sent: beside fields, or against the whole. */
export interface FormShown {
  readonly faults: FormFaults;
  readonly whole?: Fault;
  readonly status: 200 | 422 | 503;
}

export const UNTOUCHED: FormShown = { faults: new Map(), status: 200 };

/** What stands against a form when a rule that only the records could tell was broken: beside its field, if it has one. */
export function recordFault(text: Text, broken: RuleViolation): FormShown {
  const name = FIELD_OF_RULE[broken.code];
  if (name === undefined) return { faults: new Map(), whole: applyFault(text, broken), status: 422 };
  return { faults: new Map([[name, formFault(text, name, broken)]]), status: 422 };
}

/** What a broken rule says to an agency. */
export function applyFault(text: Text, broken: RuleViolation, fieldOf: Readonly<Record<string, string>> = {}): Fault {
  const told = faultOf(text, broken, fieldOf);
  return told.field === undefined ? { sentence: text.apply.rule[broken.code] ?? told.sentence } : told;
}

/** What a broken rule says beside a field of this form. */
export function formFault(text: Text, name: FormField | "letter", { code, message }: RuleViolation): Fault {
  const known = text.apply.rule[code] ?? (text.rule as Readonly<Record<string, string>>)[code];
  return { sentence: text.apply.about(name === "letter" ? text.apply.letter : text.apply.field[name], known ?? message), field: name };
}

/** The field that a rule is about which only the records could tell. */
const FIELD_OF_RULE: Readonly<Record<string, FormField>> = {
  "improvement-missing": "improvement",
  "address-not-public": "addresses",
  "address-missing": "addresses",
  "too-many-addresses": "addresses",
  "renewal-not-longer": "until",
  "change-lengthens-period": "until",
};

/** What was sent, as it was typed. */
export function readTyped(form: SentForm): TypedApplication {
  const texts = Object.fromEntries(FORM_TEXTS.map((name) => [name, form.one(name).trim()]));
  return { ...(texts as Record<(typeof FORM_TEXTS)[number], string>), checks: form.all("checks"), liability: form.one("liability") !== "" };
}

/** What was typed into a form that can't be shown again, to be copied from the page that says why. */
export function sentTexts({ text }: Visit, form: SentForm): Html {
  const { apply } = text;
  const typed = readTyped(form);
  const texts: (readonly [label: string, value: string])[] = FORM_TEXTS.map((name) => [apply.field[name], typed[name]]);
  texts.push([
    apply.field.checks,
    CHECKS.flatMap((check) => (typed.checks.includes(check) ? [text.check[check]] : [])).join(text.separator),
  ]);
  texts.push([text.form.reason, form.one("reason")]);
  const said = texts.filter(([, value]) => value !== "");
  if (said.length === 0) return NOTHING;
  return html`<section class="stack"><h2 class="ds-heading" data-size="xs">${apply.sent}</h2>${said.map(
    ([label, value]) =>
      html`<label class="ds-field"><span class="ds-label">${label}</span><textarea class="ds-input" rows="2" readonly autocomplete="off">${value}</textarea></label>`,
  )}</section>`;
}

interface FieldsOptions {
  /** What is not to be said anew: whose it is, or of which integration and from when. */
  readonly fixed?: "agency" | "integration" | undefined;
  /** Whether improvement may be told. */
  readonly improvement?: boolean;
  readonly onPaper?: boolean;
}

/** Every field of an application, on the public form and for one that came on paper; the letter's file is on a page of its own. */
export function applicationFields(
  { text }: Visit,
  typed: TypedApplication,
  faults: FormFaults,
  { fixed, improvement = true, onPaper = false }: FieldsOptions = {},
): Html {
  const { apply } = text;
  const { hint, part } = apply;
  const one = (name: (typeof FORM_TEXTS)[number], options: { hint?: string; long?: boolean; size?: number; label?: string } = {}) =>
    field({ name, label: apply.field[name], value: typed[name], fault: faults.get(name), ...options });
  const heading = (title: string) => html`<h2 class="ds-heading" data-size="xs">${title}</h2>`;
  const kept = (name: "agencyName" | "agencyCode" | "systemName") => html`<input type="hidden" name="${name}" value="${typed[name]}">`;
  const agency =
    fixed === undefined
      ? html`${one("agencyName")}${one("agencyCode", { hint: hint.agencyCode, size: 16 })}`
      : html`<p>${typed.agencyName}　${typed.agencyCode}${kept("agencyName")}${kept("agencyCode")}</p>`;
  const system = fixed === "integration" ? html`<p>${typed.systemName}${kept("systemName")}</p>` : one("systemName");
  const period = html`${fixed === "integration" ? NOTHING : one("from", { hint: hint.day, size: 14 })}${one("until", { hint: hint.day, size: 14 })}`;
  const improved =
    fixed === "integration" ? { hint: hint.improved } : { hint: hint.improvement, label: text.form.optional(apply.field.improvement) };
  return html`${heading(part.agency)}${agency}${system}${one("contact", { hint: hint.contact })}
${heading(part.purpose)}${one("legalBasis", { hint: hint.legalBasis, long: true })}${one("purpose", { hint: hint.purpose, long: true })}
${improvement ? one("improvement", { ...improved, long: true }) : NOTHING}
${heading(part.scope)}${group(
  "checks",
  apply.field.checks,
  CHECKS.map((check) => checkbox("checks", check, text.check[check], typed.checks.includes(check))),
  faults.get("checks"),
)}
${one("addresses", { hint: hint.addresses, long: true })}
<div class="side-by-side">${period}</div><p class="quiet">${fixed === "integration" ? hint.beginsWhenProvisioned : hint.period}</p>
${heading(part.letter)}${one("letterNumber", { hint: hint.letterNumber })}${one("letterDate", { hint: hint.day, size: 14 })}
${heading(part.liability)}<ol class="notice">${apply.liability.map((item) => html`<li>${item}</li>`)}</ol>
<div id="liability">${checkbox("liability", "yes", onPaper ? apply.acceptOnPaper : apply.accept, typed.liability, faults.get("liability"))}${faultBeside(
    "liability",
    faults.get("liability"),
  )}</div>`;
}
