import { html } from "hono/html";
import type { DatasetOnRecord, ImportOnRecord } from "../../db/queries/dataset-import-reading.ts";
import { CHECKS, datasetOfCheck } from "../domain/checks.ts";
import type { DatasetStanding } from "../domain/dataset-age.ts";
import { spacedFingerprint } from "../domain/dataset-keys.ts";
import type { Html } from "./layout.ts";
import type { Text } from "./text/index.ts";
import { checkNames } from "./words.ts";

const STANDING_COLOUR: Readonly<Record<DatasetStanding, string>> = {
  empty: "neutral",
  available: "success",
  "ends-soon": "warning",
  "too-old": "danger",
  "outside-approved-period": "danger",
};

/** How a dataset stands, as a word with its colour. */
export function standingTag(text: Text, standing: DatasetStanding): Html {
  return html`<span class="ds-tag" data-color="${STANDING_COLOUR[standing]}">${text.datasets.standingOf[standing]}</span>`;
}

/** Where an import stands, as people are told. */
export type ShownStage = ImportOnRecord["stage"] | "decided";

export function shownStage({ stage, decided }: Pick<ImportOnRecord, "stage" | "decided">): ShownStage {
  return decided ? "decided" : stage;
}

const STAGE_COLOUR: Readonly<Partial<Record<ShownStage, string>>> = { imported: "success", quarantined: "danger", rejected: "neutral" };

/** Where an import stands, as a word with its colour. */
export function importTag(text: Text, stage: ShownStage): Html {
  return html`<span class="ds-tag" data-color="${STAGE_COLOUR[stage] ?? "warning"}">${text.datasets.imports.stateOf[stage]}</span>`;
}

/** A dataset's address. */
export function datasetPath(code: string): string {
  return `/console/datasets/${encodeURIComponent(code)}`;
}

/** An import's address. */
export function importPath(importId: string): string {
  return `/console/datasets/imports/${importId}`;
}

/** A certificate's address. */
export function certificatePath(certificateId: string): string {
  return `/console/datasets/certificates/${certificateId}/certificate.pdf`;
}

/** A dataset as people call it. */
export function datasetName({ lang, queries }: Text, { code, name }: Pick<DatasetOnRecord, "code" | "name">): string {
  return lang === "zh-Hant" ? name : (queries.dataset[code] ?? name);
}

/** A unit as people call it. */
export function unitName({ datasets }: Text, unit: string): string {
  return datasets.unitOf[unit] ?? unit;
}

/** The checks that a dataset answers. */
export function checksOf(text: Text, datasetId: number): string {
  return checkNames(
    text,
    CHECKS.filter((check) => datasetOfCheck(check) === datasetId),
  );
}

/** A fingerprint, as it is read out. */
export function fingerprintCode(fingerprint: string): Html {
  return html`<code class="long">${spacedFingerprint(fingerprint)}</code>`;
}
