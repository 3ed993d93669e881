import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { NativeConnection, type WorkflowBundle } from "@temporalio/worker";
import { pino } from "pino";
import { inject } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { createActivities } from "../../src/activities/index.ts";
import { createKeys, openKeyStore } from "../../src/adapters/key-store.ts";
import { createDataConverter } from "../../src/adapters/temporal-client.ts";
import { createWorker, installTemporalLogger } from "../../src/adapters/temporal-worker.ts";
import { readEnvironment } from "../../src/config.ts";
import type { WorkerContext } from "../../src/context.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { appointEverybody } from "./offices.ts";
import { newTaskQueue, temporalAddress } from "./temporal.ts";

/** A platform's worker side in a test: its own database, keys and task queue. */
export interface TestPlatform {
  readonly context: WorkerContext;
  readonly client: Client;
  readonly database: TestDatabase;
  /** Starts a worker; it serves until its `stop` or the platform's. @param workflows others than today's */
  startWorker(workflows?: WorkflowBundle): Promise<{ stop(): Promise<void> }>;
  stop(): Promise<void>;
}

// Before any connection is made: the SDK takes its logger once.
installTemporalLogger(pino({ level: "silent" }));

/** Connections to one Temporal server. */
export interface TemporalConnections {
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
}

/**
 * @param temporal another server than the run's dev server, which its owner closes
 * @param now the clock of activities, for servers that skip time
 */
export async function createTestPlatform(temporal?: TemporalConnections, now: () => Date = () => new Date()): Promise<TestPlatform> {
  const { connection, nativeConnection } = temporal ?? (await connectToDevServer());
  const directory = mkdtempSync(join(tmpdir(), "platform-"));
  const database = await createTestDatabase();
  const config = readEnvironment({ DATA_DIR: directory, TASK_QUEUE: newTaskQueue(), ALLOW_PRIVATE_ADDRESSES: "true" });
  createKeys(config.keysDirectory);
  const keyStore = openKeyStore(config.keysDirectory);
  const opened = openDatabase(database.workerUrl, { max: 4 });
  const context: WorkerContext = { config, logger: pino({ level: "silent" }), ...opened, keyStore, now, randomId: randomUUID };
  await appointEverybody(database);
  const running = new Set<() => Promise<void>>();

  async function startWorker(workflows?: WorkflowBundle) {
    const parts = {
      taskQueue: config.taskQueue,
      activities: createActivities(context),
      workflowBundle: workflows ?? inject("workflowBundle"),
      shutdownGraceTime: 2000,
    };
    const worker = await createWorker(nativeConnection, { namespace: "default", keys: keyStore.temporalPayload }, parts);
    const run = worker.run();
    const stop = async () => {
      running.delete(stop);
      worker.shutdown();
      await run;
    };
    running.add(stop);
    return { stop };
  }

  return {
    context,
    client: new Client({ connection, dataConverter: createDataConverter(keyStore.temporalPayload) }),
    database,
    startWorker,
    async stop() {
      for (const stop of running) await stop();
      await opened.close();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
      if (temporal === undefined) {
        await connection.close();
        await nativeConnection.close();
      }
    },
  };
}

async function connectToDevServer(): Promise<TemporalConnections> {
  const address = temporalAddress();
  return { connection: await Connection.connect({ address }), nativeConnection: await NativeConnection.connect({ address }) };
}
