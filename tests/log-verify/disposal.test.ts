import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { beginSnapshot } from "../../db/queries/log-export.ts";
import { openDatabaseSource } from "../../src/log-export/database-source.ts";
import { checkDisposal } from "../../src/log-verify/check-disposal.ts";
import { ask, startTestApi, type TestApi } from "../support/api.ts";
import { exportFolder, named, publishCheckpoint, rewriteZip, verifyLog } from "../support/log-export.ts";
import { madeUpId, PEOPLE, question } from "../support/people.ts";
import { seedCredential, seedGenerations, seedIntegration } from "../support/seed.ts";

const folder = exportFolder();
let now = Date.now();
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ now: () => now });
  const { pool } = api.owner;
  await pool.query("update dataset set approved_from = '2010-01-01'");
  await seedGenerations(pool, api.keyStore, Object.values(PEOPLE));
  const { integrationId } = await seedIntegration(pool, { checks: ["resident"], from: new Date("2010-01-01") });
  const { subject: _, ...rest } = question({}, { checks: ["resident"] });
  for (const [moment, count] of [
    ["2020-09-30T12:00:00+08:00", 260],
    ["2020-10-31T23:59:59.990+08:00", 300],
    ["2020-11-01T00:00:00.010+08:00", 300],
    ["2020-10-31T23:59:59.999+08:00", 2],
    ["2020-12-01T12:00:00+08:00", 300],
    ["2021-01-01T12:00:00+08:00", 5],
  ] as const) {
    now = Date.parse(moment);
    const { token } = await seedCredential(pool, integrationId, new Date(now - 1000), new Date(now + 3_600_000));
    await pool.query("select create_query_log_partitions(($1::timestamptz at time zone 'Asia/Taipei')::date, 1)", [moment]);
    await api.settle();
    const subjects = Array.from({ length: count }, (_subject, place) => ({ nationalId: madeUpId(7000 + place), name: "李小華" }));
    expect((await ask(api.url, { subjects, ...rest }, { token, path: "/v1/verifications/batch" })).status).toBe(200);
  }
  await publishCheckpoint(pool);
  await pool.query(`
    insert into account (account) values ('lin.manager');
    insert into appointment (account, duty, valid_from, appointed_by, appointed_at, reason)
      values ('lin.manager', 'manager', now() - interval '1 day', 'chief', now(), '府函')`);
});
afterAll(async () => {
  await api.close();
  folder.remove();
});

/** Has a month be proposed and approved for disposal. */
async function approve(month: string): Promise<void> {
  await api.owner.pool.query(
    `insert into log_disposal_step (month, sequence, step, actor, actor_role, reason, taken_at, request_id) values
       ($1, 1, 'propose', 'platform', 'platform', 'kept for five years', now(), null), ($1, 2, 'approve', 'lin.manager', 'manager', 'approved', now(), gen_random_uuid())`,
    [`${month}-01`],
  );
}

async function dispose(month: string): Promise<void> {
  const { rows } = await api.owner.pool.query("select dispose_of_log_month($1) as said", [`${month}-01`]);
  expect(rows).toEqual([{ said: "disposed" }]);
}

const exportLog = async (...options: string[]) => (await folder.exportLog(api.database.logReaderUrl, ...options)).path;

/** Verifies an export whose manifest says something else, and from which some bundles' entries are gone. */
async function verifyChanged(path: string, change: (manifest: Record<string, unknown>) => object, ...gone: string[]) {
  rewriteZip(path, (files) =>
    files
      .filter(({ name }) => !gone.some((bundle) => name === `tile/entries/${bundle}` || name === `columns/${bundle}`))
      .map((file) =>
        file.name === "export.json"
          ? {
              ...file,
              data: Buffer.from(JSON.stringify({ ...JSON.parse(file.data.toString()), ...change(JSON.parse(file.data.toString())) })),
            }
          : file,
      ),
  );
  return named((await verifyLog(path)).report);
}
const claim = (begin: number, end: number, month: string) => () => ({ disposed: [{ begin, end, month, certificate: "Trust me." }] });

test("§4(2)5 who claims that entries were disposed of must name a month that their neighbours bear out", async () => {
  // Entries 256 to 511 are nearly all of October, 1024 to 1151 of December; the log begins in September.
  expect(await verifyChanged(await exportLog(), claim(256, 512, "2019-03"), "001")).toEqual(["disposal 256"]);
  expect(await verifyChanged(await exportLog(), claim(0, 256, "2019-03"), "000")).toEqual(["disposal 0"]);
  expect(await verifyChanged(await exportLog(), claim(256, 512, "2020-12"), "001")).toEqual(["disposal 256"]);
  expect(await verifyChanged(await exportLog(), claim(768, 1024, "2020-09"), "003")).toEqual(["disposal 768"]);
});

test("§4(2)5 nor at the log's end, where nothing follows that would bear it out", async () => {
  expect(await verifyChanged(await exportLog(), claim(1024, 1167, "2020-12"), "004.p/143")).toEqual(["disposal 1024"]);
  const all = ["000", "001", "002", "003", "004.p/143"];
  expect(await verifyChanged(await exportLog(), claim(0, 1167, "2020-09"), ...all)).toEqual(["disposal 0"]);
  const month = await exportLog("--from", "2021-01", "--until", "2021-01");
  expect(await verifyChanged(month, claim(768, 1167, "2020-11"), "003", "004.p/143")).toEqual(["disposal 768"]);
});

test("§4(2)5 a month may be gone from the moment on at which five years after its end are over in Taiwan", () => {
  const gone = [{ begin: 0, end: 1, month: "2021-10", certificate: "approved" }];
  const over = Date.parse("2026-11-01T00:00:00+08:00");
  expect(checkDisposal(gone, 1, over)).toEqual([]);
  expect(checkDisposal(gone, 1, over - 1)).toMatchObject([{ kind: "disposal", month: "2021-10" }]);
});

test("§4(2)5 an export of months reaches beyond them on both sides, and one that may leave out a part of them is not well", async () => {
  const months = ["--from", "2020-12", "--until", "2020-12"];
  expect((await verifyLog(await exportLog(...months))).report).toMatchObject({ ok: true, findings: [] });
  const other = { months: { from: "2020-10", until: "2020-12" } };
  expect(await verifyChanged(await exportLog(...months), () => other)).toEqual(["not-covered"]);
  const none = await verifyLog(await exportLog("--from", "2021-03", "--until", "2021-03"));
  expect(none.report).toMatchObject({ ok: true, findings: [] });
  const begin = await exportLog("--from", "2020-08", "--until", "2020-09");
  expect(await verifyChanged(begin, () => ({ months: { from: "2020-08", until: "2020-11" } }))).toEqual(["not-covered"]);
});

test("§4(1)5 §4(2)5 a log whose months were disposed of verifies, whole or in part, and shows the certificates", async () => {
  await approve("2020-10");
  await dispose("2020-10");
  const { report, lines } = await verifyLog(await exportLog());
  expect(report).toMatchObject({ ok: true, findings: [], disposed: 302, entries: 865, size: 1167 });
  expect(lines.join("\n")).toMatch(
    /Entries 260 to 559 of 2020-10 were disposed of: all 302 entries of the month, approved by lin\.manager, disposed of at 20/,
  );
  expect(lines.join("\n")).toContain("Entries 860 to 861 of 2020-10 were disposed of");
  await approve("2020-09");
  await dispose("2020-09");
  expect((await verifyLog(await exportLog())).report).toMatchObject({ ok: true, findings: [], disposed: 562 });
  for (const month of ["2020-09", "2020-10", "2020-11", "2020-12", "2021-02"])
    expect((await verifyLog(await exportLog("--from", month, "--until", month))).report, month).toMatchObject({ ok: true, findings: [] });
});

test("§4(2)5 a month isn't disposed of while an export reads, which then holds all of it", async () => {
  await approve("2020-11");
  const { pool, close } = openDatabase(api.database.logReaderUrl, { max: 1 });
  const client = await pool.connect();
  await beginSnapshot(client);
  await expect(dispose("2020-11")).rejects.toMatchObject({ code: "55P03" });
  expect((await openDatabaseSource(client, undefined, new Date())).manifest.disposed).toHaveLength(3);
  await client.query("rollback");
  client.release();
  await close();
  await dispose("2020-11");
});
