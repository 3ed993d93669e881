import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../db/client.ts";
import { migrate, type RolePasswords } from "../db/migrate.ts";
import { isMigrated } from "../db/reach.ts";
import { takeDataDirectory } from "./adapters/data-directory.ts";
import { startEmbeddedPostgres } from "./adapters/embedded-postgres.ts";
import { freePort, requireFreePort } from "./adapters/free-port.ts";
import { createKeys, openKeyStore } from "./adapters/key-store.ts";
import { openLogSigners } from "./adapters/log-signing-key.ts";
import { rolePasswords } from "./adapters/role-password.ts";
import type { Progress } from "./adapters/slow-step.ts";
import { openIndexKey } from "./adapters/subject-keys.ts";
import { type SupervisedProcess, superviseProcess } from "./adapters/supervised-process.ts";
import { requireTemporal, startEmbeddedTemporal } from "./adapters/temporal-server.ts";
import { StoppedEarly } from "./command.ts";
import type { Config } from "./config.ts";
import { taipeiDate } from "./domain/roc-date.ts";
import { environmentOf } from "./process-environment.ts";

/** The whole platform at work on one machine. */
export interface Platform {
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly temporalAddress: string;
  /** The owner's URL, with its password: for whoever started the platform. */
  readonly ownerUrl: string;
  /** Process id of the worker of the moment; for measuring it. */
  workerPid(): number | undefined;
  /** Where the embedded Postgres keeps its data; undefined when it is not ours. */
  readonly postgresDirectory: string | undefined;
  /** Resolves when a server that the platform can't do without has ended by itself. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** Ends what has been started. */
type Stop = () => Promise<void>;

interface StartOptions {
  /** Whether the processes' lines are shown from warnings on only. */
  readonly quiet?: boolean;
  /** Resolves when the start is to be given up. */
  readonly stopped?: Promise<unknown>;
}

const NEVER = new Promise<never>(() => undefined);
/** How long the processes of a start that was killed may take to end. */
const LEFT_OVER_LIMIT = 20_000;
/** How long a start that was given up may take to end what is just coming up. */
const SETTLE_LIMIT = 5000;

/**
 * Brings up the platform: Postgres and Temporal where none are given, the schema, the keys, a worker, the API and the console.
 * What it started it stops again when a later step fails.
 * @throws Error one sentence that says what to do
 * @throws StoppedEarly when it was given up
 */
export async function startPlatform(
  config: Config,
  progress: Progress,
  { quiet = false, stopped = NEVER }: StartOptions = {},
): Promise<Platform> {
  const stops: Stop[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    // In the opposite order.
    for (const next of stops.splice(0).reverse()) await next();
  };
  /** Notes how to stop what has come up; what comes up too late is stopped at once. */
  const started = async (next: Stop) => {
    stops.push(next);
    if (!stopping) return;
    await stop();
    throw new StoppedEarly();
  };
  const ports = { port: config.port || (await freePort()), consolePort: config.consolePort || (await freePort()) };
  const starting = start({ ...config, ...ports }, progress, started, quiet);
  const givenUp = stopped.then(() => {
    throw new StoppedEarly("Stopped before the platform was up; npm start begins again where it was.");
  });
  try {
    return { ...(await Promise.race([starting, givenUp])), stop };
  } catch (error) {
    await stop();
    await Promise.race([starting.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, SETTLE_LIMIT).unref())]);
    throw error;
  }
}

async function start(
  config: Config,
  progress: Progress,
  started: (next: Stop) => Promise<void>,
  quiet: boolean,
): Promise<Omit<Platform, "stop">> {
  const directory = takeDataDirectory(config.dataDirectory);
  await started(async () => directory.release());
  for (const port of [config.port, config.consolePort]) await requireFreePort(config.host, port, directory.left ? LEFT_OVER_LIMIT : 0);
  for (const folder of [config.dropDirectory, config.inboxDirectory, config.quarantineDirectory])
    mkdirSync(folder, { recursive: true, mode: 0o700 });

  const failures: Promise<string>[] = [];
  let ownerUrl = config.databaseUrl;
  let postgresDirectory: string | undefined;
  if (ownerUrl === undefined) {
    const postgres = await startEmbeddedPostgres(join(config.dataDirectory, "postgres"));
    await started(postgres.stop);
    failures.push(postgres.exited.then(() => "Postgres has stopped by itself."));
    ownerUrl = postgres.url;
    postgresDirectory = postgres.directory;
    progress(`Postgres: data in ${postgres.directory}`);
  }
  // Only for a database that holds nothing yet may keys be made: any other has records that only its own keys can read.
  if (!(await isMigrated(ownerUrl))) createKeys(config.keysDirectory);
  openKeyStore(config.keysDirectory);
  openLogSigners(config.keysDirectory, config.logOrigin);
  if (config.temporalAddress !== undefined) await requireTemporal(config.temporalAddress, config.temporalNamespace);
  const passwords = rolePasswords(config.keysDirectory);
  const applied = await migrate(ownerUrl, passwords, taipeiDate(Date.now()));
  if (applied.length > 0) progress(`Schema: ${applied.length} migrations applied`);
  await requireIndexKeys(ownerUrl, config.keysDirectory);

  let { temporalAddress } = config;
  if (temporalAddress === undefined) {
    const temporal = await startEmbeddedTemporal(join(config.dataDirectory, "temporal.db"), progress, config.temporalNamespace);
    await started(temporal.stop);
    failures.push(temporal.exited.then(() => "Temporal has stopped by itself."));
    temporalAddress = temporal.address;
  }
  const settings = { ...environmentOf(config), TEMPORAL_ADDRESS: temporalAddress };
  const run = (name: string, role: keyof RolePasswords) =>
    superviseProcess(name, { ...settings, DATABASE_URL: urlOfRole(ownerUrl, role, passwords) }, { progress, quiet });
  const processes = [
    run("bin/worker.ts", "platform_worker"),
    run("bin/api.ts", "platform_api"),
    run("bin/console.ts", "platform_console"),
  ] as const;
  await started(async () => void (await Promise.all(processes.map((process) => process.stop()))));
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  const [apiUrl, consoleUrl] = [`http://${host}:${config.port}`, config.consoleOrigin ?? `http://${host}:${config.consolePort}`];
  await answers(`${apiUrl}/readyz`, processes);
  directory.announce({ pid: process.pid, temporalAddress, apiUrl, consoleUrl, databaseUrl: withoutAccount(ownerUrl) });
  return {
    apiUrl,
    consoleUrl,
    temporalAddress,
    ownerUrl,
    postgresDirectory,
    workerPid: processes[0].pid,
    failed: Promise.race([...failures, NEVER]),
  };
}

function urlOfRole(ownerUrl: string, role: keyof RolePasswords, passwords: RolePasswords): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = passwords[role];
  return url.href;
}

/** Where the database is, without who may open it. */
function withoutAccount(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = "";
  url.password = "";
  return url.href;
}

/** A generation whose index key is lost answers nothing right, so nothing starts without it. */
async function requireIndexKeys(ownerUrl: string, keysDirectory: string): Promise<void> {
  const { db, close } = openDatabase(ownerUrl, { max: 1 });
  try {
    const { index } = openKeyStore(keysDirectory, ["index"]);
    const current = await db
      .selectFrom("dataset")
      .innerJoin("generation", "generation.generation_id", "dataset.current_generation_id")
      .select(["generation.index_key_id as id", "generation.index_key_check as check"])
      .execute();
    for (const name of current) openIndexKey(index, name);
  } finally {
    await close();
  }
}

const READY_LIMIT = 90_000;

async function answers(url: string, processes: readonly SupervisedProcess[]): Promise<void> {
  const limit = Date.now() + READY_LIMIT;
  while (Date.now() < limit) {
    const gaveUp = processes.find((process) => process.gaveUp());
    if (gaveUp !== undefined) throw new Error(`${gaveUp.name} does not start: read its last lines above.`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true && processes.every((process) => process.ready())) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The API did not answer within a minute and a half: read its lines above.");
}
