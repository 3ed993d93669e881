import { html } from "hono/html";
import { POLICY } from "../../domain/policy.ts";
import { POLICY_BASIS, POLICY_TOPICS, type PolicyName, type PolicyTopic, policyUnit } from "../../domain/policy-basis.ts";
import { type Html, page } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Text } from "../text/index.ts";
import type { Visit } from "../visit.ts";

const NAMES = Object.keys(POLICY) as PolicyName[];

/** 設定值: every value that the platform works by, the bounds that it may not cross, and the clause it serves. */
export function settingsPage(routes: ConsoleRoutes): void {
  routes.get("/console/system/settings", "seeSystem", (c, visit) => {
    const { policy, system } = visit.text;
    const body = html`<p class="quiet"><a class="ds-link" href="/console/system">${system.title}</a></p>
<h1 class="ds-heading" data-size="md">${policy.title}</h1><p class="quiet">${policy.intro}</p>
${POLICY_TOPICS.map((topic) => topicSection(visit, topic))}`;
    return page(c, visit, { title: policy.title, body });
  });
}

function topicSection({ text }: Visit, topic: PolicyTopic): Html {
  const { policy } = text;
  const line = (name: PolicyName) => {
    const { clause } = POLICY_BASIS[name];
    return html`<tr><th scope="row">${policy.of[name]}</th><td data-label="${policy.value}" class="number">${valueNow(text, name)}</td>
<td data-label="${policy.bound}" class="number">${boundsOf(text, name)}</td><td data-label="${policy.clause}">${clause === undefined ? "—" : policy.clauseName(clause)}</td></tr>`;
  };
  const number = (title: string) => html`<th scope="col" class="number">${title}</th>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${policy.topic[topic]}</h2><table class="ds-table cards settings"><thead><tr><th scope="col">${
    policy.name
  }</th>${number(policy.value)}${number(policy.bound)}<th scope="col">${policy.clause}</th></tr></thead><tbody>${NAMES.filter(
    (name) => POLICY_BASIS[name].topic === topic,
  ).map(line)}</tbody></table></section>`;
}

function valueNow(text: Text, name: PolicyName): string {
  const values: readonly number[] = [POLICY[name]].flat();
  return text.policy.unit[policyUnit(name)](values.map((value) => inUnit(name, value)).join(text.separator));
}

function boundsOf(text: Text, name: PolicyName): string {
  const { floor, cap } = POLICY_BASIS[name];
  const { policy } = text;
  const said = (bound: number) => policy.unit[policyUnit(name)](inUnit(name, bound));
  const bounds = [floor === undefined ? [] : [policy.floor(said(floor))], cap === undefined ? [] : [policy.cap(said(cap))]].flat();
  return bounds.length === 0 ? "—" : bounds.join(text.separator);
}

function inUnit(name: PolicyName, value: number): string {
  return (policyUnit(name) === "bytes" ? value / 1_000_000 : value).toLocaleString("en");
}
