import type { Progress } from "../src/adapters/slow-step.ts";
import { runBareStatement } from "./bare-statement.ts";
import { type BenchDatabase, questionBodies } from "./bench-database.ts";
import { type LoadResult, load, median } from "./load.ts";
import { startServer } from "./server-process.ts";

const ROUNDS = 5;
const SECONDS = 4;
/** The API is compiled to its best after some seconds under load. */
const WARM_UP_SECONDS = 6;
const BODIES = 500;

/** Single verifications at 64 connections against three yardsticks in the same run, and at 16 and 1 connections. */
export interface VerificationFigures {
  readonly perSecond: number;
  readonly vsEcho: number;
  readonly vsOneStatement: number;
  readonly vsBareStatement: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly echoPerSecond: number;
  readonly echoP99Ms: number;
  readonly oneStatementPerSecond: number;
  readonly bareStatementPerSecond: number;
  readonly connections: Readonly<
    Record<
      string,
      {
        readonly perSecond: number;
        readonly vsEcho: number;
        readonly p50Ms: number;
        readonly p99Ms: number;
        readonly echoP50Ms: number;
        /** What the bare statement takes at so many connections, on average. */
        readonly bareStatementMs: number;
      }
    >
  >;
}

/** Measures side by side, kind after kind in every round, so that a slower minute of the machine slows all of them. */
export async function benchVerification(database: BenchDatabase, progress: Progress): Promise<VerificationFigures> {
  const servers = {
    echo: await startServer("echo-server.ts", []),
    shared: await startServer("api-server.ts", [database.apiUrl, database.keysDirectory, "shared"]),
    single: await startServer("api-server.ts", [database.apiUrl, database.keysDirectory, "single"]),
  };
  const bodies = questionBodies(database.people, BODIES);
  const headers = { authorization: `Bearer ${database.token}` };
  const run = (kind: keyof typeof servers, connections: number, seconds = SECONDS) =>
    load({ url: `${servers[kind].url}/v1/verifications`, connections, seconds, bodies, headers });
  const results: Record<keyof typeof servers, LoadResult[]> = { echo: [], shared: [], single: [] };
  const bare: number[] = [];
  const pairs: number[][] = [];
  const connections: VerificationFigures["connections"] = {};
  try {
    for (const kind of ["echo", "shared", "single"] as const) await run(kind, 64, WARM_UP_SECONDS);
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`verification: round ${round} of ${ROUNDS}`);
      for (const kind of ["echo", "shared", "single"] as const) results[kind].push(await run(kind, 64));
      bare.push(await runBareStatement(database, 64, SECONDS));
      const [echo, shared, single] = [results.echo, results.shared, results.single].map((all) => all.at(-1)?.perSecond ?? 0) as [
        number,
        number,
        number,
      ];
      pairs.push([shared / echo, shared / single, shared / (bare.at(-1) as number)]);
    }
    for (const count of [1, 16]) {
      const [echo, shared] = [await run("echo", count), await run("shared", count)];
      const bareStatementMs = (1000 * count) / (await runBareStatement(database, count, SECONDS));
      Object.assign(connections, {
        [count]: {
          perSecond: shared.perSecond,
          vsEcho: shared.perSecond / echo.perSecond,
          p50Ms: shared.p50,
          p99Ms: shared.p99,
          echoP50Ms: echo.p50,
          bareStatementMs,
        },
      });
    }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
  const of = (all: LoadResult[], figure: keyof LoadResult) => median(all.map((result) => result[figure]));
  const [vsEcho = 0, vsOneStatement = 0, vsBareStatement = 0] = [0, 1, 2].map((place) =>
    median(pairs.map((pair) => pair[place] as number)),
  );
  return {
    perSecond: of(results.shared, "perSecond"),
    vsEcho,
    vsOneStatement,
    vsBareStatement,
    p50Ms: of(results.shared, "p50"),
    p99Ms: of(results.shared, "p99"),
    echoPerSecond: of(results.echo, "perSecond"),
    echoP99Ms: of(results.echo, "p99"),
    oneStatementPerSecond: of(results.single, "perSecond"),
    bareStatementPerSecond: median(bare),
    connections,
  };
}
