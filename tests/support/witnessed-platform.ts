import { pino } from "pino";
import { openDatabase } from "../../db/client.ts";
import { keepWitnesses } from "../../db/queries/log-witness.ts";
import { recordCheckpoint, storeTiles } from "../../db/queries/query-log-tree.ts";
import { readEnvironment, type WitnessSetting } from "../../src/config.ts";
import { startWitnessing } from "../../src/log-witnessing.ts";
import { createTestDatabase } from "./database.ts";
import type { SignedLog } from "./signed-log.ts";

/** A platform's database whose log is shown to witnesses, as the worker does it. */
export interface WitnessedPlatform {
  /** As the log's keeper stores it: the tree's tiles and a checkpoint over them. */
  publish(log: SignedLog): Promise<void>;
  /** As the worker's role. */
  rows(statement: string): Promise<Record<string, unknown>[]>;
  /** What was logged: `code` or error of each line. */
  readonly codes: string[];
  /** Has these witnesses, and no others, missed when they are silent. */
  expect(...witnesses: WitnessSetting[]): Promise<void>;
  /** Makes it so long that any witness was heard of. @param interval Postgres' */
  missSince(interval: string): Promise<void>;
  /** Starts asking, every 20 ms, until the platform's end or its own. */
  witness(...witnesses: WitnessSetting[]): { stop(): Promise<void> };
  close(): Promise<void>;
}

export async function createWitnessedPlatform(origin: string): Promise<WitnessedPlatform> {
  const database = await createTestDatabase();
  const { db, pool, close } = openDatabase(database.workerUrl, { max: 4 });
  const codes: string[] = [];
  const started: { stop(): Promise<void> }[] = [];
  const logger = pino(
    { level: "warn" },
    {
      write(line: string) {
        const { level, code, error } = JSON.parse(line);
        codes.push(`${pino.levels.labels[level]} ${code ?? error}`);
      },
    },
  );
  return {
    async publish(log) {
      const tiles = [...log.tiles.rows].map(([place, hashes]) => {
        const [level, index] = place.split("/").map(Number) as [number, number];
        return { level, index, hashes };
      });
      await storeTiles(pool, log.tiles.size, tiles);
      await recordCheckpoint(pool, { origin, treeSize: log.tiles.size, signedNote: await log.checkpoint(), signedAt: new Date() });
    },
    rows: async (statement) => (await pool.query(statement)).rows,
    codes,
    expect: (...witnesses) =>
      keepWitnesses(
        db,
        origin,
        witnesses.map(({ key }) => key.name),
        new Date(),
      ),
    async missSince(interval) {
      const owner = openDatabase(database.ownerUrl, { max: 1 });
      await owner.pool.query("update log_witness set asked_since = now() - $1::interval", [interval]);
      await owner.pool.query("update log_cosignature set cosigned_at = now() - $1::interval", [interval]);
      await owner.close();
    },
    witness(...witnesses) {
      const config = { ...readEnvironment({}), logOrigin: origin, witnesses };
      const witnessing = startWitnessing({ config, logger, db, pool, now: () => new Date() }, 20);
      started.push(witnessing);
      return witnessing;
    },
    async close() {
      await Promise.all(started.map((witnessing) => witnessing.stop()));
      await close();
      await database.drop();
    },
  };
}
