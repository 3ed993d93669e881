import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { ask } from "../support/api.ts";
import { type ApiProcess, startApiProcess } from "../support/api-process.ts";
import { householdFile, madeUpRows, sourceFile } from "../support/delivery.ts";
import { createImportPlatform, type ImportPlatform } from "../support/import-platform.ts";
import { question } from "../support/people.ts";
import { seedIntegration } from "../support/seed.ts";

const DAY = 86_400_000;
/** The day on which the files are signed. */
const asOf = taipeiDate(Date.now() - DAY);
const residents = madeUpRows(12, 5001);
/** New and old resident certificates: their holders are in no household register, but may be on a list. */
const CERTIFICATES = ["A800000014", "AB12345677"];
let platform: ImportPlatform;
let api: ApiProcess;
let token: string;

beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
  const owner = openDatabase(platform.database.ownerUrl, { max: 1 });
  ({ token } = await seedIntegration(owner.pool, { checks: ["resident", "elderlyLivingAlone", "disability"] }));
  await owner.close();
  const household = await platform.deliver(platform.seal(householdFile(residents, { asOf })));
  expect(await household.result()).toMatchObject({ imported: true });
  api = await startApiProcess(platform.database.apiUrl, platform.context.config.keysDirectory);
});
afterAll(async () => {
  await api.stop();
  await platform.remove();
});

const idOf = (place: number) => residents[place]?.nationalId ?? "";
/** The day so many days from now, as the units write it. */
function rocDay(days: number): string {
  const [year = "", month, day] = taipeiDate(Date.now() + days * DAY).split("-");
  return `${String(Number(year) - 1911).padStart(3, "0")}${month}${day}`;
}

async function answers(place: number) {
  const { nationalId = "", name = "" } = residents[place] ?? {};
  const { body } = await ask(api.url, question({ nationalId, name }, { checks: ["elderlyLivingAlone", "disability"] }), { token });
  return body.answers;
}

describe("a list dataset", () => {
  test("§2(4) of elders living alone is imported, and answers within each person's dates only, both days included", async () => {
    const rows = [
      [idOf(0), "", ""],
      [idOf(1), rocDay(0), rocDay(0)],
      [idOf(2), rocDay(-30), ""],
      [idOf(3), "", rocDay(30)],
      [idOf(4), rocDay(1), ""],
      [idOf(5), "", rocDay(-1)],
    ];
    const file = platform.seal(sourceFile(rows, { dataset: "elderly-living-alone", asOf }));
    const handle = await platform.deliver(file, { name: "elderly-living-alone.pgp" });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 6, badRows: 0 });
    // Without a disability list nothing is known of it, and so nothing is answered.
    const refused = await ask(api.url, question({ nationalId: idOf(0), name: residents[0]?.name }, { checks: ["disability"] }), { token });
    expect(refused.body.code).toBe("data-not-available");
  });

  test("§2(4) of disability, in Big5, without dates, with holders of resident certificates, is imported and answers", async () => {
    const rows = [idOf(0), idOf(6), ...CERTIFICATES].map((id) => [id]);
    const file = platform.seal(sourceFile(rows, { dataset: "disability", asOf, header: "統一編號", encoding: "big5" }));
    const handle = await platform.deliver(file, { name: "disability.pgp" });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 4, badRows: 0 });
    for (const id of CERTIFICATES) expect(await platform.knows(id, 3)).toBe(true);
    await expect.poll(() => answers(0)).toEqual({ elderlyLivingAlone: true, disability: true });
    expect(await answers(6)).toEqual({ elderlyLivingAlone: false, disability: true });
    for (const [place, alone] of [true, true, true, true, false, false, false].entries())
      expect((await answers(place)).elderlyLivingAlone, `person ${place}`).toBe(alone);
  });

  test("§4(1)4 answers nothing about who is in no household register", async () => {
    for (const nationalId of CERTIFICATES) {
      const { status, body } = await ask(api.url, question({ nationalId, birthDate: "1980-01-01" }, { checks: ["disability"] }), { token });
      expect([status, body.subject ?? body.code, body.answers?.disability ?? null]).toEqual([200, "noMatch", null]);
    }
  });

  test("§4(1)1 with dates the wrong way round leaves those rows out, by line", async () => {
    const rows = [
      [idOf(0), "", ""],
      [idOf(7), rocDay(1), rocDay(0)],
      [idOf(8), "1140229", ""],
    ];
    const handle = await platform.deliver(platform.seal(sourceFile(rows, { dataset: "disability", asOf, encoding: "big5" })), {
      name: "disability.pgp",
    });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 3, badRows: 2 });
    expect(await platform.rowsOf(3)).toBe(1);
    // The new list took the old one's place.
    await expect.poll(async () => (await answers(6)).disability).toBe(false);
  });
});
