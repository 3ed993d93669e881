import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { readDisposal } from "../../db/queries/retention.ts";
import { stateOf } from "../../src/domain/retention.ts";
import { retentionWorkflowId } from "../../src/workflows/retention.ts";
import { MANAGER, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf } from "../support/integration-platform.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";

const [PROPOSED, APPROVED, GOING, LOST, BOTH_APPROVE] = ["2019-01", "2019-02", "2019-03", "2019-04", "2019-05"] as const;

let platform: LogPlatform;
let owner: Pool;
let closeOwner: () => Promise<void>;
let worker: WorkerProcess;

beforeAll(async () => {
  platform = await createLogPlatform();
  for (const month of [PROPOSED, APPROVED, GOING, LOST, BOTH_APPROVE]) await platform.askAt(`${month}-20T12:00:00+08:00`, 2);
  await platform.keeping.settle();
  ({ pool: owner, close: closeOwner } = openDatabase(platform.database.ownerUrl, { max: 3 }));
  await owner.query(`
    create table waits (singleton boolean);
    create function wait_for_test() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as
      'begin while exists (select from public.waits) loop perform pg_sleep(0.02); end loop; return new; end'`);
  worker = await startWorkerProcess(platform);
}, 60_000);
afterAll(async () => {
  await worker?.kill();
  await closeOwner?.();
  await platform?.stop();
});

const timelineOf = async (month: string) => (await readDisposal(platform.context.db, month)).timeline.map(({ step }) => step);
const expectState = (month: string, state: string) =>
  expect.poll(async () => stateOf(await readDisposal(platform.context.db, month))).toBe(state);
const waiting = async () =>
  (await owner.query("select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()")).rows.length;
const expectWaiting = (count: number) => expect.poll(waiting).toBe(count);

/** Kills the worker while so many statements wait, lets them go on, and starts another. @param begin what leads to them */
async function killWhile(table: string, condition: string, count: number, begin: () => void): Promise<void> {
  await owner.query("insert into waits values (true)");
  await owner.query(
    `create trigger wait_for_test before insert on ${table} for each row when (${condition}) execute function wait_for_test()`,
  );
  begin();
  await expectWaiting(count);
  await worker.kill();
  await owner.query("delete from waits");
  await expectWaiting(0);
  await owner.query(`drop trigger wait_for_test on ${table}`);
  worker = await startWorkerProcess(platform);
}

async function expectEnd(month: string): Promise<void> {
  await expectState(month, "disposed");
  expect(await timelineOf(month)).toEqual(["propose", "approve", "dispose"]);
  expect(await platform.entriesOf(month)).toBe(0);
  expect((await owner.query("select from log_disposal where month = $1", [`${month}-01`])).rows).toHaveLength(1);
}

describe("a worker killed with -9", () => {
  test("§4(1)5 while a proposal and an approval are put on record leaves, after a restart, each step once", async () => {
    const { propose, approve } = platform.retention;
    await propose(APPROVED, say(OFFICER));
    const steps: Promise<unknown>[] = [];
    await killWhile("log_disposal_step", "new.step in ('propose', 'approve')", 2, () => {
      steps.push(propose(PROPOSED, say(OFFICER)), approve(APPROVED, say(MANAGER)));
    });
    // Who asked is answered, though another worker answers.
    await Promise.all(steps);
    await approve(PROPOSED, say(MANAGER));
    await Promise.all([expectEnd(PROPOSED), expectEnd(APPROVED)]);
  });

  test("§4(1)5 while the entries go leaves, after a restart, a month that is gone once, with one certificate", async () => {
    await platform.retention.propose(GOING, say(OFFICER));
    const approved: Promise<unknown>[] = [];
    await killWhile("log_disposal", "true", 1, () => {
      approved.push(platform.retention.approve(GOING, say(MANAGER)));
    });
    await Promise.all(approved);
    await expectEnd(GOING);
  });
});

test("§4(1)5 a month's process that was lost begins again from the record at anybody's step", async () => {
  await platform.retention.propose(LOST, say(MANAGER));
  await platform.client.workflow.getHandle(retentionWorkflowId(platform.context.config.taskQueue, LOST)).terminate();
  expect(await codeOf(platform.retention.approve(LOST, say(MANAGER)))).toBe("own-proposal");
  await platform.retention.approve(LOST, say(OTHER_MANAGER));
  await expectEnd(LOST);
});

test("§4(1)5 of two managers who approve at once one does, and a hold that comes with them is first or told that it is late", async () => {
  await platform.retention.propose(BOTH_APPROVE, say(OFFICER));
  const shown = { seen: 1 };
  const answers = await Promise.all([
    codeOf(platform.retention.approve(BOTH_APPROVE, { ...say(MANAGER), ...shown })),
    codeOf(platform.retention.approve(BOTH_APPROVE, { ...say(OTHER_MANAGER), ...shown })),
    codeOf(platform.retention.hold(BOTH_APPROVE, { ...say(OFFICER), matter: "政風-115-7" })),
  ]);
  const [approvals, hold] = [answers.slice(0, 2), answers[2]];
  const steps = await timelineOf(BOTH_APPROVE);
  expect(steps.filter((step) => step === "approve").length).toBe(approvals.filter((code) => code === undefined).length);
  expect(steps.filter((step) => step === "approve").length).toBeLessThanOrEqual(1);
  expect([undefined, "already-disposed"]).toContain(hold);
  await expectState(BOTH_APPROVE, hold === undefined ? "proposed" : "disposed");
  expect(await platform.entriesOf(BOTH_APPROVE)).toBe(hold === undefined ? 2 : 0);
});
