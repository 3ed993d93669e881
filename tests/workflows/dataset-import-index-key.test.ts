import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { rotateKey } from "../../src/adapters/key-store.ts";
import { readMachine } from "../../src/config.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { ask } from "../support/api.ts";
import { type ApiProcess, startApiProcess } from "../support/api-process.ts";
import { householdFile, madeUpRows, sourceFile } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";
import { question } from "../support/people.ts";
import { seedIntegration } from "../support/seed.ts";

// One story on one platform, of which no process is ever restarted.
/** The day on which the files are signed. */
const asOf = taipeiDate(Date.now() - 86_400_000);
const residents = madeUpRows(30, 8001);
const [listed, other] = [residents[3], residents[4]];
let platform: ImportPlatform;
let api: ApiProcess;
let token: string;

beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
  const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  ({ token } = await seedIntegration(owner.pool, { checks: ["resident", "elderlyLivingAlone"] }));
  await owner.close();
});
afterAll(async () => {
  await api.stop();
  await platform.remove();
});

async function importHousehold(): Promise<void> {
  expect(await (await platform.deliver(platform.seal(householdFile(residents, { asOf })))).result()).toMatchObject({ imported: true });
}
async function importList(): Promise<void> {
  const list = sourceFile([[listed?.nationalId ?? "", "", ""]], { dataset: "elderly-living-alone", asOf });
  const handle = await platform.deliver(platform.seal(list), { name: "elderly-living-alone.pgp" });
  expect(await handle.result()).toMatchObject({ imported: true });
}

/** Which index key each dataset is keyed with now. */
async function keysInUse(): Promise<string[]> {
  const { rows } = await platform.context.pool.query(
    "select index_key_id from dataset join generation on generation_id = current_generation_id order by dataset.dataset_id",
  );
  return rows.map(({ index_key_id }) => index_key_id);
}

async function subjectKeys(): Promise<string[]> {
  const { rows } = await platform.context.pool.query(
    "select encode(subject_key, 'hex') as key from subject_record where dataset_id = 1 order by 1",
  );
  return rows.map(({ key }) => key);
}

async function expectRightAnswers(): Promise<void> {
  const verify = async (person: typeof listed, name = person?.name) => {
    const subject = { nationalId: person?.nationalId, name };
    return (await ask(api.url, question(subject, { checks: ["resident", "elderlyLivingAlone"] }), { token })).body;
  };
  expect(await verify(listed)).toMatchObject({ subject: "match", answers: { resident: true, elderlyLivingAlone: true } });
  expect(await verify(other)).toMatchObject({ subject: "match", answers: { resident: true, elderlyLivingAlone: false } });
  expect(await verify(listed, "王大明")).toMatchObject({ subject: "noMatch", answers: { resident: false, elderlyLivingAlone: null } });
}

describe("a new index key", () => {
  test("§4(1)4 changes nothing by itself", async () => {
    await importHousehold();
    await importList();
    api = await startApiProcess(platform.database.apiUrl, platform.context.config.keysDirectory);
    await expectRightAnswers();
    expect(rotateKey(platform.context.config.keysDirectory, "index")).toBe("2");
    expect(await keysInUse()).toEqual(["1", "1"]);
    await expectRightAnswers();
  });

  test("§4(1)4 keys the next import; datasets under different keys answer together", async () => {
    await importList();
    expect(await keysInUse()).toEqual(["1", "2"]);
    await expectRightAnswers();
  });

  test("§4(1)4 keys the same people anew, so that old copies of the table can't be laid beside it", async () => {
    const before = new Set(await subjectKeys());
    await importHousehold();
    expect(await keysInUse()).toEqual(["2", "2"]);
    const after = await subjectKeys();
    expect(after).toHaveLength(residents.length);
    expect(after.filter((key) => before.has(key))).toEqual([]);
    await expectRightAnswers();
  });

  test("§4(1)4 serves the register while a list still has the older one", async () => {
    rotateKey(platform.context.config.keysDirectory, "index");
    await importHousehold();
    expect(await keysInUse()).toEqual(["3", "2"]);
    await expectRightAnswers();
  });

  test("§4(1)4 in the place of the one that the data were hashed under answers nothing, and no API starts with it", async () => {
    const { keysDirectory } = platform.context.config;
    const file = join(keysDirectory, "index", "3.key");
    rmSync(file);
    expect(rotateKey(keysDirectory, "index")).toBe("3");
    const environment = { ...readMachine().inherited, DATABASE_URL: platform.database.apiUrl, KEYS_DIR: keysDirectory, PORT: "0" };
    const started = promisify(execFile)(process.execPath, ["bin/api.ts"], { env: environment, timeout: 20_000 });
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("index/3.key is not the one") });
    // The process that still holds the right key goes on.
    await expectRightAnswers();
  });
});
