import { createDatasetClient } from "../../src/dataset-import-client.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { startTestConsole, type TestConsole } from "./console.ts";
import { enter, type Officer } from "./console-office.ts";
import { householdFile, madeUpRows } from "./delivery.ts";
import { createImportPlatform, type ImportPlatform, STANDING } from "./import-platform.ts";

const DAY = 86_400_000;

/** An office whose datasets are delivered to: a worker that imports, the console, and people in it. */
export interface DataOffice {
  readonly platform: ImportPlatform;
  readonly console_: TestConsole;
  /** Somebody comes into office, and logs in. */
  enter(account: string, duty: string): Promise<Officer>;
  /** The day of some days ago, as deliveries name it. */
  daysAgo(days: number): string;
  /** Imports a household register of twenty made-up people. @returns the import's id */
  imported(asOf: string, seed?: number): Promise<string>;
  /** Has a file with three bad rows too many rejected. @returns the import's id */
  quarantined(seed?: number): Promise<string>;
  /** Has a file that nobody signed rejected. @returns the import's id */
  unsigned(): Promise<string>;
  stop(): Promise<void>;
}

export async function openDataOffice(): Promise<DataOffice> {
  const platform = await createImportPlatform();
  await platform.startWorker();
  const { client, context } = platform;
  const datasets = createDatasetClient(client, context.config.taskQueue);
  const console_ = await startTestConsole({ database: platform.database, datasets });
  const rejected = async (file: Buffer) => {
    const handle = await platform.deliver(file);
    await platform.untilQuarantined(handle);
    return handle.importId;
  };
  const good = madeUpRows(20, 1);
  const daysAgo = (days: number) => taipeiDate(Date.now() - days * DAY);
  return {
    platform,
    console_,
    enter: (account, duty) => enter(console_, account, duty),
    daysAgo,
    async imported(asOf, seed = 1) {
      const handle = await platform.deliver(platform.seal(householdFile(madeUpRows(20, seed), { asOf })));
      await handle.result();
      return handle.importId;
    },
    quarantined(seed = 2) {
      const bad = madeUpRows(13, seed).map((row) => ({ ...row, birthDate: "1140229" }));
      return rejected(platform.seal(householdFile([...good, ...bad], { asOf: daysAgo(1) })));
    },
    unsigned: () => rejected(platform.gnupg.run(householdFile(good), "-r", STANDING, "-e")),
    async stop() {
      await console_.close();
      await platform.remove();
    },
  };
}
