import { html } from "hono/html";
import type { SharedAddress } from "../../../db/queries/integration-application.ts";
import { listForeignAddresses } from "../../adapters/taiwan-addresses.ts";
import type { Integration } from "../../domain/integration.ts";
import { underWay } from "../../domain/integration-decision.ts";
import { checkbox, type Fault, field, group } from "../fields.ts";
import { formToken, type Html, NOTHING } from "../layout.ts";
import type { Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { reasonField, seenField, type Typed } from "./integration-typed.ts";

/** The manager's decision: checks and period as asked for or less, and addresses that others have too acknowledged one by one. */
export function approveForm(
  visit: Visit,
  integration: Integration,
  shared: readonly SharedAddress[],
  fault: Fault | undefined,
  typed: Typed | undefined,
): Html {
  const { text } = visit;
  const { decision } = text;
  const application = underWay(integration);
  const path = casePath(integration.integrationNumber);
  const checks = typed?.checks ?? application.checks;
  const day = (name: "from" | "until") =>
    field({
      name,
      label: decision[name],
      value: typed?.[name] ?? text.typedDay(application[name]),
      hint: decision.dayHint,
      size: 12,
      fault,
    });
  return html`<section><h2 class="ds-heading" data-size="xs">${decision.approve}</h2><p>${decision.approveIntro}</p>
<form method="post" action="${path}/approve" class="stack">${formToken(visit)}${seenField(integration)}
${group(
  "checks",
  decision.checks,
  application.checks.map((check) => checkbox("checks", check, text.check[check], checks.includes(check))),
  fault,
)}
${foreignWarning(visit, application.addresses)}
${sharedFieldset(visit, shared, fault, typed?.shared ?? [])}
<div class="side-by-side">${integration.amendment === undefined ? day("from") : NOTHING}${day("until")}</div>
${reasonField(visit, fault, typed)}
<div class="buttons"><button class="ds-button">${decision.approveSubmit}</button><a class="ds-button" data-variant="secondary" href="${path}/refuse">${
    decision.refuse
  }</a></div></form></section>`;
}

/** Nothing stands in the manager's way; their reason goes on record beside what was flagged. @clause 3(10) */
function foreignWarning({ text }: Visit, addresses: readonly string[]): Html {
  const foreign = listForeignAddresses(addresses);
  if (foreign.length === 0) return NOTHING;
  return html`<p class="ds-alert" data-color="warning">${text.decision.foreign(foreign.join(text.separator))}</p>`;
}

function sharedFieldset({ text }: Visit, shared: readonly SharedAddress[], fault: Fault | undefined, known: readonly string[]): Html {
  if (shared.length === 0) return NOTHING;
  const { decision } = text;
  const addresses = [...new Set(shared.map(({ address }) => address))];
  const holders = (address: string) =>
    shared.flatMap((other) => (other.address === address ? [other.integrationNumber] : [])).join(text.separator);
  const boxes = addresses.map((address) =>
    checkbox("shared", address, decision.sharedAddress(address, holders(address)), known.includes(address)),
  );
  return group("shared", decision.shared, boxes, fault);
}
