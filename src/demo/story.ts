import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { openDatabase } from "../../db/client.ts";
import { insertAppointment } from "../../db/queries/appointment.ts";
import type { Database } from "../../db/tables/database.ts";
import { createSecret, hashSecret } from "../adapters/credential-secret.ts";
import { createSupplier, type Supplier } from "../adapters/openpgp-supplier.ts";
import type { Config } from "../config.ts";
import { askForKeys } from "../dataset-import-client.ts";
import type { Role } from "../domain/integration-step.ts";
import { foldVariants } from "../domain/name-variants.ts";
import { taipeiDate } from "../domain/roc-date.ts";
import { createIntegrationClient } from "../integration-client.ts";
import { type MadeUpPerson, makePeople } from "../people/make-people.ts";
import { type PeopleFile, peopleFile } from "../people/people-file.ts";
import type { Platform } from "../platform.ts";
import { connectToPlatform } from "../running-platform.ts";
import { type AskedQuestion, askQuestions, VARIANT } from "./questions.ts";

/** What the demo came to; the last line of `npm run demo -- --once`. */
export interface StoryResult {
  /** Rows of the household register imported. */
  readonly imported: number;
  /** Whether every delivered file was destroyed and certified. */
  readonly destroyed: boolean;
  readonly verifications: readonly AskedQuestion[];
  readonly logEntries: number;
}

const COUNT = 20_000;
const SEED = 113;
const IMPORT_LIMIT = 120_000;
type Tell = (line: string) => void;

/** Tells the main story on a running platform: data arrives and is destroyed, an integration is opened, questions are asked and recorded. */
export async function tellStory(config: Config, platform: Platform, tell: Tell): Promise<StoryResult> {
  const temporal = await connectToPlatform({ ...config, temporalAddress: platform.temporalAddress });
  const { db, pool, close } = openDatabase(platform.ownerUrl, { max: 2, applicationName: "demo" });
  try {
    await appointPeople(db);
    const asOf = taipeiDate(Date.now());
    tell(`\n1. Data arrives. ${COUNT.toLocaleString("en")} people are made up; none is real.`);
    const trusted = (unit: string, dataset: string) =>
      trustSupplier(unit, dataset, (request) => askForKeys(temporal, config.taskQueue, request), tell);
    const suppliers = [await trusted("civil-affairs", "household"), await trusted("social-affairs", "disability")];
    try {
      for (const [dataset, supplier] of [
        ["household", suppliers[0]],
        ["elderly-living-alone", suppliers[1]],
        ["disability", suppliers[1]],
      ] as const) {
        const { publicKey = "", fingerprint } = await askForKeys(temporal, config.taskQueue, {
          action: "issue",
          dataset,
          version: 4,
          days: 7,
          ...{ actor: "officer-lin", reason: "示範交付" },
        });
        const file: PeopleFile = { dataset, count: COUNT, seed: SEED, asOf, encoding: "utf-8", header: "zh", manifest: "line" };
        await (supplier as Supplier).deliver(peopleFile(file), publicKey, join(config.dropDirectory, `${dataset}-${asOf}.csv.pgp`));
        tell(`   ${dataset}-${asOf}.csv.pgp lies in the drop folder, encrypted to the delivery key …${fingerprint?.slice(-8)}`);
      }
    } finally {
      for (const supplier of suppliers) supplier.close();
    }
    const imports = await watchImports(pool, 3, tell);

    tell("\n2. An integration is applied for, checked, approved and provisioned.");
    const { token } = await openIntegration(config, createIntegrationClient(temporal, config.taskQueue), tell);

    tell("\n3. The system asks.");
    const verifications = await askQuestions(platform.apiUrl, token, choosePeople(), tell);

    tell("\n4. Every question is on record.");
    const logEntries = await showLog(pool, tell);
    return { imported: imports.household ?? 0, destroyed: imports.destroyed, verifications, logEntries };
  } finally {
    await close();
    await temporal.connection.close();
  }
}

const OFFICES = [
  { account: "officer-hung", duty: "caseOfficer" },
  { account: "manager-chen", duty: "manager" },
  { account: "officer-lin", duty: "dedicatedOfficer" },
] as const;

/** Decisions count only from people in office. */
async function appointPeople(db: Kysely<Database>): Promise<void> {
  const by = { account: "planning-department", reason: "示範", at: Date.now() };
  await db.transaction().execute(async (trx) => {
    for (const office of OFFICES) await insertAppointment(trx, { ...office, from: by.at, until: undefined }, by);
  });
}

type AskKeys = (request: Parameters<typeof askForKeys>[2]) => ReturnType<typeof askForKeys>;

async function trustSupplier(unit: string, dataset: string, ask: AskKeys, tell: Tell): Promise<Supplier> {
  const supplier = await createSupplier(`${unit} (made up) <${unit}@example.invalid>`);
  const { fingerprint } = await ask({
    action: "trust",
    dataset,
    publicKey: supplier.publicKey,
    actor: "officer-lin",
    reason: "已電話核對指紋",
  });
  tell(`   ${unit} made its key with ${supplier.tool}; the platform trusts …${fingerprint?.slice(-8)}`);
  return supplier;
}

type Pool = ReturnType<typeof openDatabase>["pool"];

async function watchImports(pool: Pool, expected: number, tell: Tell): Promise<{ household?: number; destroyed: boolean }> {
  const limit = Date.now() + IMPORT_LIMIT;
  const told = new Map<string, string>();
  for (;;) {
    const { rows } = await pool.query<{ import_id: string; dataset_code: string; stage: string; rows_read: string; certificates: string }>(`
      select i.import_id, d.dataset_code, i.stage, i.rows_read,
        (select count(*) from destruction_certificate c where c.import_id = i.import_id and c.destroyed_object in ('delivery-file', 'delivery-key')) as certificates
      from dataset_import i join dataset d using (dataset_id) order by i.received_at`);
    for (const { import_id, dataset_code, stage, rows_read, certificates } of rows) {
      if (told.get(import_id) === stage) continue;
      told.set(import_id, stage);
      const ending =
        stage === "imported"
          ? `: ${Number(rows_read).toLocaleString("en")} rows; file and key destroyed, ${certificates} certificates`
          : "";
      tell(`   ${dataset_code}: ${stage}${ending}`);
    }
    const ended = rows.filter(({ stage }) => ["imported", "rejected", "quarantined"].includes(stage));
    if (ended.length >= expected) {
      const household = rows.find(({ dataset_code, stage }) => dataset_code === "household" && stage === "imported");
      return {
        ...(household && { household: Number(household.rows_read) }),
        destroyed: ended.every(({ stage, certificates }) => stage === "imported" && Number(certificates) >= 2),
      };
    }
    if (Date.now() > limit) throw new Error("The imports did not end within two minutes: read the worker's lines above.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function openIntegration(config: Config, client: ReturnType<typeof createIntegrationClient>, tell: Tell): Promise<{ token: string }> {
  const from = taipeiDate(Date.now());
  const applicationNumber = `${Number(from.slice(0, 4)) - 1911}-demo-${randomUUID().slice(0, 8)}`;
  const by = (account: string, role: Role) => ({ account, role });
  await client.apply(
    {
      applicationNumber,
      agencyCode: "social-affairs",
      agencyName: "社會及勞動處",
      systemName: "社會福利資格審查系統",
      legalBasis: "社會救助法第10條",
      purpose: "低收入戶資格審查",
      contact: "社會救助科",
      checks: ["resident", "indigenous", "elderlyLivingAlone"],
      addresses: [config.host],
      from,
      until: `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`.replace("-02-29", "-02-28"),
    },
    { by: by("applicant-wu", "applicant"), reason: "低收入戶資格審查" },
  );
  tell(`   ${applicationNumber}: applied for by 社會及勞動處 (checks: resident, indigenous, elderlyLivingAlone; address ${config.host})`);
  await client.check(applicationNumber, { by: by("officer-hung", "caseOfficer"), reason: "文件齊備" });
  tell("   checked by the case officer, officer-hung");
  await client.approve(applicationNumber, { by: by("manager-chen", "manager"), reason: "符合業務需要" });
  tell("   approved by manager-chen, who neither applied for it nor checked it");
  const token = createSecret();
  await client.provision(applicationNumber, {
    by: by("officer-lin", "dedicatedOfficer"),
    reason: "核准後配賦",
    credential: { credentialId: randomUUID(), secretHash: hashSecret(token) },
  });
  await until(async () => (await client.show(applicationNumber)).state === "active");
  tell("   provisioned by officer-lin; the credential was shown once, only its hash is kept; the integration is active");
  return { token };
}

/** People for the questions: an everyday name, and one whose name has a variant form. */
function choosePeople(): { plain: MadeUpPerson; variant: MadeUpPerson } {
  let plain: MadeUpPerson | undefined;
  let variant: MadeUpPerson | undefined;
  for (const person of makePeople(COUNT, SEED)) {
    const standard = foldVariants(person.name) === person.name;
    plain ??= /^[\u4e00-\u9fff]{3}$/.test(person.name) && standard ? person : undefined;
    variant ??= person.name.includes(VARIANT.standard) && standard ? person : undefined;
    if (plain !== undefined && variant !== undefined) return { plain, variant };
  }
  throw new Error("The made-up people lack the names that the story needs.");
}

async function showLog(pool: Pool, tell: Tell): Promise<number> {
  const { rows } = await pool.query<{ entry: Buffer; leaf_hash: Buffer }>("select entry, leaf_hash from query_log order by entry_id");
  for (const { entry, leaf_hash } of rows) {
    const { askedAt, operator, operationCode, sourceAddress, outcome, sealed } = JSON.parse(entry.toString("utf8"));
    tell(
      `   ${askedAt}  ${operator ?? "-"} ${operationCode ?? "-"} from ${sourceAddress}  ${outcome}  leaf ${leaf_hash.toString("hex").slice(0, 12)}…  (subject, case and reason sealed: ${sealed.length} characters)`,
    );
  }
  return rows.length;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("What should have happened within ten seconds did not.");
}
