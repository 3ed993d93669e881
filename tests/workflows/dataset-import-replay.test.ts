import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatasetImportActivities } from "../../src/activities/dataset-import.ts";
import { householdFile, madeUpRows, manifestOf, sourceFile } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";

let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

/** A list without a manifest inside, and the manifest that claims it for a dataset. */
function list(seed: number) {
  const rows = madeUpRows(20, seed).map(({ nationalId }) => [nationalId, "", ""]);
  const data = sourceFile(rows, { manifest: "none" });
  const sha256 = /sha256=(\w+)/.exec(manifestOf(data, 20, {}))?.[1];
  return { data, manifest: (dataset: string) => JSON.stringify({ dataset, asOf: "2026-11-01", rows: 20, sha256 }) };
}

test("§4(1)1 a manifest beside the file, which nobody signed, does not say alone which dataset it is", async () => {
  const { data, manifest } = list(1);
  const handle = await platform.deliver(platform.seal(data), { name: "list.pgp", manifest: manifest("disability") });
  expect(await platform.untilQuarantined(handle)).toMatchObject({ rejection: { code: "manifest-not-bound" } });
});

test("§4(1)1 a manifest beside the file counts where the delivery key says which dataset it is", async () => {
  const { data, manifest } = list(2);
  const { fingerprint } = await platform.issueDeliveryKey("disability");
  const sealed = platform.seal(data, "--recipient", fingerprint);
  const handle = await platform.deliver(sealed, { name: "list.pgp", manifest: manifest("disability") });
  expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 20 });
});

test("§4(1)1 what was signed once is not imported into another dataset, however it is wrapped", async () => {
  const { data, manifest } = list(3);
  const sealed = platform.seal(data);
  const elderly = { name: "list.pgp", datasetCode: "elderly-living-alone", manifest: manifest("elderly-living-alone") };
  expect(await (await platform.deliver(sealed, elderly)).result()).toMatchObject({ imported: true });
  const armored = platform.gnupg.run(sealed, "--enarmor").toString().replaceAll("PGP ARMORED FILE", "PGP MESSAGE");
  const again = await platform.deliver(Buffer.from(armored), {
    name: "list.asc",
    datasetCode: "disability",
    manifest: manifest("disability"),
  });
  expect(await platform.untilQuarantined(again)).toMatchObject({ rejection: { code: "signature-not-newer" } });
  expect(await platform.knows(madeUpRows(1, 3)[0]?.nationalId ?? "", 3)).toBe(false);
});

test("§4(1)3 a switch that is tried again after a later import has replaced it finds it done", async () => {
  const first = await platform.deliver(platform.seal(householdFile(madeUpRows(20, 4))));
  expect(await first.result()).toMatchObject({ imported: true });
  expect(await (await platform.deliver(platform.seal(householdFile(madeUpRows(20, 5))))).result()).toMatchObject({ imported: true });
  const { switchGeneration } = createDatasetImportActivities(platform.context);
  expect(await new MockActivityEnvironment().run(switchGeneration, first.importId)).toBeUndefined();
});
