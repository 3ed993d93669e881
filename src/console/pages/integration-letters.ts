import { html } from "hono/html";
import { findLetter, type LetterOnRecord } from "../../../db/queries/application-draft.ts";
import { openLetter } from "../application-draft.ts";
import type { ConsoleContext } from "../context.ts";
import { download } from "../download.ts";
import { clock, type Html, NOTHING } from "../layout.ts";
import type { ConsoleRoutes } from "../routes.ts";
import type { Visit } from "../visit.ts";
import { casePath } from "../words.ts";
import { numberOf } from "./integration-step.ts";
import { messagePage } from "./message.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The letters that came with an application by the public form; each opening is on the trail. */
export function integrationLetters(routes: ConsoleRoutes, context: ConsoleContext): void {
  routes.get("/console/integrations/:number/letters/:letter", "readLetter", async (c, visit) => {
    const [number, letter] = [numberOf(c), c.req.param("letter") ?? ""];
    const sealed = UUID.test(letter) ? await findLetter(context.db, number, letter) : undefined;
    if (sealed === undefined) return messagePage(c, visit, 404, visit.text.message.notFound);
    const object = `integration/${number}/letters/${letter}`;
    const content = await visit.onTrail("readLetter", object, async () => openLetter(context, letter, sealed));
    return download(c, { name: `${number}-${letter.slice(0, 8)}`, format: "pdf" }, new Uint8Array(content));
  });
}

export function lettersSection({ text }: Visit, integrationNumber: string, letters: readonly LetterOnRecord[]): Html {
  if (letters.length === 0) return NOTHING;
  const { apply } = text;
  const line = ({ attachmentId, bytes, attachedAt }: LetterOnRecord) =>
    html`<li><a class="ds-link" href="${casePath(integrationNumber)}/letters/${attachmentId}">${apply.letterOf(
      clock(text, attachedAt.getTime()),
      bytes.toLocaleString("en"),
    )}</a></li>`;
  return html`<section><h2 class="ds-heading" data-size="xs">${apply.letters}</h2><ul class="documents">${letters.map(line)}</ul></section>`;
}
