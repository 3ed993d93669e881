import { html } from "hono/html";
import type { CredentialOnRecord, IntegrationOnRecord } from "../../../db/queries/console-integration.ts";
import { countSubjectsSince } from "../../../db/queries/integration-stop.ts";
import { credentialsMadeBy } from "../../domain/credential.ts";
import { taipeiDate } from "../../domain/roc-date.ts";
import { stopFromConsole } from "../../integration-stop.ts";
import type { ConsoleContext } from "../context.ts";
import { checkbox } from "../fields.ts";
import type { ConsoleRoutes } from "../routes.ts";
import { reasonPage } from "./integration-reason.ts";
import { freshSecret, madeBefore, secretPage, takeOnce } from "./integration-secret.ts";
import { numberOf } from "./integration-step.ts";

const WEEK = 7 * 86_400_000;

/** Steps of an integration that has rights: credentials, suspension and resumption, and its end. */
export function integrationRights(routes: ConsoleRoutes, context: ConsoleContext): void {
  const { integrations, db } = context;
  const valid = ({ issued }: IntegrationOnRecord, now: number) =>
    issued.filter(({ revokedAt, validUntil }: CredentialOnRecord) => revokedAt === undefined && validUntil > now);

  reasonPage(routes, context, {
    path: "credentials",
    action: "provisionIntegration",
    step: "addCredential",
    gives: true,
    words: ({ text: { decision } }) => ({
      title: decision.addCredential,
      intro: decision.addCredentialIntro,
      submit: decision.addCredentialSubmit,
    }),
    async take(c, visit, { reason, form }) {
      const [number, fresh] = [numberOf(c), freshSecret(form)];
      const request = { by: visit.actor("provisionIntegration"), reason, credential: fresh.credential };
      return { integration: await takeOnce(context, fresh, () => integrations.addCredential(number, request)), fresh };
    },
    madeBefore: (c, visit, fault, form) => madeBefore(c, visit, context, fault, form),
    done: (c, visit, { integration, fresh }) => secretPage(c, visit, integration, fresh),
  });

  reasonPage(routes, context, {
    path: "credentials/:credential/revoke",
    action: "revokeCredential",
    step: "revokeCredential",
    words({ text: { decision, separator }, now }, record, c) {
      const credentialId = c.req.param("credential") ?? "";
      // The console says nothing in its own words that a link put there.
      if (!record.issued.some((known) => known.credentialId === credentialId && known.revokedAt === undefined)) return undefined;
      const ending = credentialsMadeBy(record.integration.credentials, credentialId);
      const madeByIt = ending.filter((other) => other !== credentialId).join(separator);
      const left = valid(record, now).filter((other) => !ending.includes(other.credentialId)).length;
      return {
        title: decision.revokeCredentialTitle,
        intro: decision.revokeCredentialIntro(credentialId, madeByIt, left),
        submit: decision.revokeCredentialSubmit,
      };
    },
    // In the records alone, so that it works whatever becomes of the processes.
    take(c, visit, { reason }) {
      const credentialId = c.req.param("credential") ?? "";
      return stopFromConsole(db, numberOf(c), { by: visit.actor("revokeCredential"), reason, credentialId }, visit.now);
    },
  });

  reasonPage(routes, context, {
    path: "suspend",
    action: "suspendIntegration",
    step: "suspend",
    async words({ text: { decision }, now }, record) {
      const { application, integrationNumber, approval, state } = record.integration;
      const { sanction } = decision;
      // What rests already can be put under a corrective action only.
      if (state === "suspended") return { title: sanction.title, intro: sanction.intro(application.systemName), submit: sanction.submit };
      const subjects = await countSubjectsSince(db, integrationNumber, taipeiDate(now - WEEK));
      const [credentials, addresses] = [valid(record, now).length, approval?.addresses.length ?? 0];
      return {
        title: decision.suspendTitle,
        intro: decision.suspendIntro(application.systemName, credentials, addresses, subjects),
        submit: decision.suspendSubmit,
      };
    },
    choice: {
      name: "corrective",
      field: ({ text }, chosen, { state }) =>
        state === "suspended"
          ? html`<input type="hidden" name="corrective" value="yes">`
          : checkbox("corrective", "yes", text.decision.corrective, chosen),
    },
    take(c, visit, { reason, chosen }) {
      const cause = chosen ? ("correctiveAction" as const) : ("person" as const);
      return stopFromConsole(db, numberOf(c), { by: visit.actor("suspendIntegration"), reason, cause }, visit.now);
    },
  });

  reasonPage(routes, context, {
    path: "resume",
    action: "resumeIntegration",
    step: "resume",
    gives: true,
    words: ({ text: { decision } }) => ({ title: decision.resumeTitle, intro: decision.resumeIntro, submit: decision.resumeSubmit }),
    take: (c, visit, { reason }) => integrations.resume(numberOf(c), { by: visit.actor("resumeIntegration"), reason }),
  });

  reasonPage(routes, context, {
    path: "revoke",
    action: "revokeIntegration",
    step: "revoke",
    words: ({ text: { decision }, now }, record) => ({
      title: decision.revokeTitle,
      intro: decision.revokeIntro(record.integration.application.systemName, valid(record, now).length),
      submit: decision.revokeSubmit,
    }),
    take: (c, visit, { reason }) => integrations.revoke(numberOf(c), { by: visit.actor("revokeIntegration"), reason }),
  });
}
