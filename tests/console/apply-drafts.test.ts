import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { deleteDraftsBefore } from "../../db/queries/application-draft.ts";
import { POLICY } from "../../src/domain/policy.ts";
import { beginApplication, filledForm } from "../support/applicant.ts";
import { createVisitor, startTestConsole, type TestConsole } from "../support/console.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let console_: TestConsole;

beforeAll(async () => {
  database = await createTestDatabase();
  console_ = await startTestConsole({ database, trustedProxies: ["127.0.0.1"] });
}, 60_000);
afterAll(async () => {
  await console_?.close();
  await database?.drop();
});

test("§3(2) drafts that nobody types into keep nobody's out, and go after hours; one that was saved stays", async () => {
  const owner = console_.owner.pool;
  const fill = (count: number) =>
    owner.query(
      `insert into application_draft (draft_id, token_hash, account, key_id, sealed, begun_at, saved_at)
       select id, sha256(id::text::bytea), 'agency.' || left(md5(id::text), 16), '1', '\\x00', now(), now()
       from (select gen_random_uuid() as id from generate_series(1, $1::int)) as made`,
      [count],
    );
  const saved = await beginApplication(console_);
  await saved.step("/apply/case", { ...filledForm(), do: "save" });
  await fill(POLICY.applicationDraftsAtOnce - 1);
  const late = createVisitor(console_, Date.now, "198.51.100.251");
  await late.get("/apply");
  expect((await late.post("/apply/begin", {})).location).toBeNull();
  await owner.query(
    "update application_draft set begun_at = now() - interval '4 hours', saved_at = now() - interval '4 hours' where key_id = '1' and sealed = '\\x00'",
  );
  expect((await late.post("/apply/begin", {})).location).toBe("/apply/case");
  const { db, close } = openDatabase(database.workerUrl, { max: 1 });
  const before = new Date(Date.now() - POLICY.applicationDraftUntouchedHours * 3_600_000);
  expect(await deleteDraftsBefore(db, new Date(0), before)).toBe(POLICY.applicationDraftsAtOnce - 1);
  await close();
  expect((await saved.browser.get("/apply/case")).status).toBe(200);
});

test("§3(2) drafts are begun by so many of one site an hour, whichever of its networks they come from", async () => {
  const places = [];
  for (let network = 0; network < 11; network += 1) {
    const browser = createVisitor(console_, Date.now, `2001:b000:77:${network}::1`);
    await browser.get("/apply");
    places.push((await browser.post("/apply/begin", {})).location);
  }
  expect(places).toEqual([...Array(10).fill("/apply/case"), null]);
});
