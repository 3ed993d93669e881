import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../db/client.ts";
import { getImport, type ImportRecord } from "../../db/queries/dataset-import.ts";
import { type DestructionCertificate, listCertificates } from "../../db/queries/dataset-import-certificate.ts";
import { createDatasetKeyActivities } from "../../src/activities/dataset-import-keys.ts";
import { inboxFolder } from "../../src/activities/dataset-import-place.ts";
import { claimDelivery } from "../../src/adapters/delivery-folder.ts";
import { type OpenpgpKeyFolder, openOpenpgpKeyFolder } from "../../src/adapters/openpgp-key-folder.ts";
import { personKeys } from "../../src/adapters/subject-keys.ts";
import { type ImportHandle, startDatasetImport } from "../../src/dataset-import-client.ts";
import { type ImportProgress, importProgress } from "../../src/workflows/dataset-import.ts";
import { atTime, createGnupg, type Gnupg } from "./gnupg.ts";
import { createTestPlatform, type TemporalConnections, type TestPlatform } from "./worker.ts";

export const CIVIL_AFFAIRS = "civil-affairs@example.test";
export const STANDING = "standing delivery key";

/** A platform, and a supplier whose key it trusts. */
export interface ImportPlatform extends TestPlatform {
  readonly gnupg: Gnupg;
  readonly keyFolder: OpenpgpKeyFolder;
  /** Signs as Civil Affairs and encrypts to the standing key, each file a minute later than the one before. */
  seal(plaintext: Uint8Array, ...options: string[]): Buffer;
  /** A delivery key made 20 days ago, valid for 40, in the supplier's GnuPG. */
  issueDeliveryKey(dataset?: string): Promise<{ readonly fingerprint: string; readonly publicKey: string }>;
  /** A time for signatures, a minute later at each call, that is past. */
  nextTime(): number;
  /** Hands a file over as `bin/import` does. */
  deliver(
    file: Uint8Array,
    delivery?: { name?: string; datasetCode?: string; manifest?: string; deliveredBy?: string },
  ): Promise<ImportHandle & { readonly importId: string }>;
  record(importId: string): Promise<ImportRecord>;
  certificates(importId: string): Promise<DestructionCertificate[]>;
  /** Whether a dataset's current generation knows an ID number. */
  knows(nationalId: string, datasetId?: number): Promise<boolean>;
  rowsOf(datasetId: number): Promise<number>;
  /** Resolves when an import waits in quarantine. */
  untilQuarantined(handle: ImportHandle): Promise<ImportProgress>;
  remove(): Promise<void>;
}

const DAY = 86_400_000;

export async function createImportPlatform(temporal?: TemporalConnections, now?: () => Date): Promise<ImportPlatform> {
  const gnupg = createGnupg();
  const platform = await createTestPlatform(temporal, now);
  const { context, client } = platform;
  // As the watcher of a worker does.
  for (const folder of [context.config.inboxDirectory, context.config.quarantineDirectory]) mkdirSync(folder, { recursive: true });
  const keyFolder = openOpenpgpKeyFolder(context.config.keysDirectory);
  await keyFolder.prepare(new Date(Date.now() - 30 * DAY));
  gnupg.makeKey(CIVIL_AFFAIRS, "ed25519");
  await keyFolder.trust("civil-affairs", gnupg.exportKey(CIVIL_AFFAIRS));
  await keyFolder.trust("social-affairs", gnupg.exportKey(CIVIL_AFFAIRS));
  gnupg.importKey((await keyFolder.platformKeys()).standing);
  const owner = openDatabase(platform.database.ownerUrl, { max: 2 });
  let time = Date.now() - DAY;
  // A minute apart: gpg goes on from the time it is given, and takes its own while.
  const nextTime = () => (time += 60_000);

  return {
    ...platform,
    gnupg,
    keyFolder,
    nextTime,
    async issueDeliveryKey(dataset = "household") {
      const activities = createDatasetKeyActivities({ ...context, now: () => new Date(Date.now() - 20 * DAY) });
      const request = { action: "issue", dataset, version: 4, days: 40, actor: "wu.officer", reason: "九月交付" } as const;
      // The records take no step of weeks ago; this one makes a key that has been there for some.
      await owner.pool.query("alter table dataset_step disable trigger ask_office");
      const { fingerprint = "", publicKey = "" } = await activities.keepDatasetKeys(request);
      await owner.pool.query("alter table dataset_step enable trigger ask_office");
      gnupg.importKey(publicKey);
      return { fingerprint, publicKey };
    },
    seal: (plaintext, ...options) =>
      gnupg.run(
        plaintext,
        ...atTime(nextTime()),
        "--local-user",
        CIVIL_AFFAIRS,
        "--recipient",
        STANDING,
        "--sign",
        "--encrypt",
        ...options,
      ),
    async deliver(file, { name = "household.pgp", datasetCode, manifest, deliveredBy = "wu.officer" } = {}) {
      const importId = randomUUID();
      const outside = join(context.config.dataDirectory, "outside", importId);
      mkdirSync(outside, { recursive: true });
      if (manifest !== undefined) writeFileSync(join(outside, `${name}.manifest.json`), manifest);
      writeFileSync(join(outside, name), file);
      await claimDelivery(join(outside, name), inboxFolder(context.config, importId), {
        deliveredBy,
        ...(datasetCode !== undefined && { datasetCode }),
      });
      return Object.assign(await startDatasetImport(client, context.config.taskQueue, importId), { importId });
    },
    record: (importId) => getImport(owner.db, importId),
    certificates: (importId) => listCertificates(owner.db, importId),
    async knows(nationalId, datasetId = 1) {
      const key = Buffer.from(personKeys(context.keyStore.index.current, nationalId).subjectKey, "hex");
      const { rows } = await owner.pool.query("select from subject_record where subject_key = $1 and dataset_id = $2", [key, datasetId]);
      return rows.length === 1;
    },
    async rowsOf(datasetId) {
      return (await owner.pool.query("select count(*)::integer as rows from subject_record where dataset_id = $1", [datasetId])).rows[0]
        .rows;
    },
    async untilQuarantined(handle) {
      for (;;) {
        const progress = await handle.query(importProgress);
        if (progress.stage === "quarantined") return progress;
        if (progress.stage === "ended") throw new Error(`The import ended instead of waiting: ${JSON.stringify(await handle.result())}`);
        await new Promise((wake) => setTimeout(wake, 50));
      }
    },
    async remove() {
      await owner.close();
      await platform.stop();
      gnupg.remove();
    },
  };
}
