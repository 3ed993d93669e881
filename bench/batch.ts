import type { Progress } from "../src/adapters/slow-step.ts";
import { runBareStatement } from "./bare-statement.ts";
import { type BenchDatabase, questionBodies } from "./bench-database.ts";
import { load, median } from "./load.ts";
import { startServer } from "./server-process.ts";

const SUBJECTS = 100;
const CONNECTIONS = 8;
const ROUNDS = 3;
const SECONDS = 4;

export interface BatchFigures {
  readonly subjectsPerSecond: number;
  readonly vsBareStatement: number;
  readonly bareStatementPerSecond: number;
}

/** Batches of 100 subjects, against the bare statement in the same run. */
export async function benchBatch(database: BenchDatabase, progress: Progress): Promise<BatchFigures> {
  const server = await startServer("api-server.ts", [database.apiUrl, database.keysDirectory, "shared"]);
  const run = (seconds: number) =>
    load({
      url: `${server.url}/v1/verifications/batch`,
      connections: CONNECTIONS,
      seconds,
      bodies: questionBodies(database.people, 60, SUBJECTS),
      headers: { authorization: `Bearer ${database.token}` },
    });
  const subjects: number[] = [];
  const bare: number[] = [];
  try {
    await run(SECONDS);
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`batch: round ${round} of ${ROUNDS}`);
      subjects.push((await run(SECONDS)).perSecond * SUBJECTS);
      bare.push(await runBareStatement(database, 64, SECONDS));
    }
  } finally {
    await server.stop();
  }
  return {
    subjectsPerSecond: median(subjects),
    vsBareStatement: median(subjects.map((count, round) => count / (bare[round] as number))),
    bareStatementPerSecond: median(bare),
  };
}
