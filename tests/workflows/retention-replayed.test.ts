import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHolds, stateOf } from "../../src/domain/retention.ts";
import { retentionWorkflowId } from "../../src/workflows/retention.ts";
import { MANAGER, OFFICER, OTHER_MANAGER, say } from "../support/integration.ts";
import { codeOf } from "../support/integration-platform.ts";
import { intruderOf } from "../support/intruder.ts";
import { createLogPlatform, type LogPlatform } from "../support/log-platform.ts";

const MONTH = "2020-10";
let platform: LogPlatform;
let workflowId: string;
const matter = "政風-115-1";

beforeAll(async () => {
  platform = await createLogPlatform();
  await platform.startWorker();
  await platform.askAt(`${MONTH}-20T12:00:00+08:00`);
  workflowId = retentionWorkflowId(platform.context.config.taskQueue, MONTH);
});
afterAll(async () => {
  await platform.client.workflow.getHandle(workflowId).terminate();
  await platform.stop();
});

/** What stands on record, and what the process says. */
async function steps(): Promise<string[]> {
  const { rows } = await platform.context.pool.query("select step from log_disposal_step order by sequence");
  const { timeline } = await platform.retention.show(MONTH);
  const onRecord: string[] = rows.map(({ step }) => step);
  return onRecord.length === timeline.length ? onRecord : [];
}

test("§4(1)5 a lifting that is sent again by somebody without the key lifts no later hold of the same matter", async () => {
  await platform.retention.hold(MONTH, { ...say(OFFICER), matter });
  await platform.retention.lift(MONTH, { ...say(MANAGER), matter });
  await platform.retention.hold(MONTH, { ...say(OFFICER, "重啟調查"), matter });
  // The month is due, and so is proposed by the way.
  await expect.poll(steps).toContain("propose");
  const before = await steps();
  const intruder = intruderOf(platform.client);
  const lifts = await intruder.updates(workflowId, "lift");
  expect(lifts).toHaveLength(1);
  for (const lift of lifts) await intruder.send(workflowId, lift);
  expect(await steps()).toEqual(before);
  expect(openHolds(await platform.retention.show(MONTH))).toEqual([matter]);
  await platform.retention.lift(MONTH, { ...say(MANAGER), matter });
});

test("§4(1)5 an approval that was taken back disposes of nothing when it is sent again, also to another run of the process", async () => {
  // The log is not signed up to here, so what was approved is not carried out.
  await platform.retention.approve(MONTH, say(OTHER_MANAGER));
  await expect.poll(async () => (await platform.retention.show(MONTH)).timeline.at(-1)?.reason).toBe("entries-not-covered");
  await platform.keeping.settle();
  const intruder = intruderOf(platform.client);
  const [approval] = await intruder.updates(workflowId, "approveDisposal");
  expect(approval).toBeDefined();
  const before = await steps();
  if (approval !== undefined) await intruder.send(workflowId, approval);
  expect(await steps()).toEqual(before);
  await platform.client.workflow.getHandle(workflowId).terminate();
  await platform.retention.hold(MONTH, { ...say(OFFICER), matter });
  if (approval !== undefined) await intruder.send(workflowId, approval);
  expect(await steps()).toEqual([...before, "hold"]);
  expect([stateOf(await platform.retention.show(MONTH)), await platform.entriesOf(MONTH)]).toEqual(["proposed", 1]);
});

test("§4(1)5 a request that is sent twice is one step, and one without an id of its own is none", async () => {
  const request = { ...say(OFFICER), matter: "訴訟-2" };
  const once = await platform.retention.hold(MONTH, request);
  expect(await platform.retention.hold(MONTH, request)).toEqual(once);
  // Its id is taken, whatever else it says, and in whichever month: who means something else is told.
  expect(await codeOf(platform.retention.hold(MONTH, { ...request, matter: "訴訟-3" }))).toBe("request-changed");
  const worker = platform.context.pool;
  const again = `insert into log_disposal_step select '2020-11-01', 1, step, matter, actor, actor_role, reason, taken_at, request_id
    from log_disposal_step where request_id = $1`;
  await expect(worker.query(again, [request.requestId])).rejects.toThrow("duplicate key");
  await expect(worker.query(again.replace("request_id\n", "null\n"), [request.requestId])).rejects.toThrow("check constraint");
  expect(await codeOf(platform.retention.hold(MONTH, { ...request, requestId: "x" }))).toBe("request-malformed");
  expect(await codeOf(platform.retention.hold(MONTH, { ...request, requestId: randomUUID() }))).toBe("already-held");
});
