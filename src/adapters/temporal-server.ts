import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Connection } from "@temporalio/client";
import { readMachine } from "../config.ts";
import { endWithThisProcess } from "./child-process.ts";
import { freePort, PortTaken, SAYS_PORT_TAKEN, startOnFreePort } from "./free-port.ts";
import { findOnPath, type Progress, runProgram, slowStep } from "./slow-step.ts";

/** A Temporal dev server of our own. */
export interface EmbeddedTemporal {
  readonly address: string;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const CLI_VERSION = "1.5.1";
const DOWNLOAD_LIMIT = 15_000;
const BUILD_LIMIT = 20 * 60_000;
const START_LIMIT = 60_000;
const TOOLS = join(import.meta.dirname, "../../tools/temporal");

/**
 * Finds the Temporal CLI: on PATH, in our cache, by the SDK's download, or built from its pinned Go module.
 * @throws Error one sentence how to get it
 */
export async function findTemporal(progress: Progress): Promise<string> {
  const onPath = findOnPath("temporal");
  if (onPath !== undefined) return onPath;
  const cached = join(readMachine().cacheDirectory, `temporal-${CLI_VERSION}`);
  if (existsSync(cached)) return cached;
  mkdirSync(readMachine().cacheDirectory, { recursive: true });
  try {
    const download = ["--input-type=module", "--eval", DOWNLOAD, readMachine().cacheDirectory];
    return await slowStep("Downloading the Temporal dev server", progress, async () =>
      (await runProgram(process.execPath, download, { cwd: TOOLS, limit: DOWNLOAD_LIMIT })).trim(),
    );
  } catch {
    progress("  not to be had by download here");
  }
  if (findOnPath("go") === undefined) {
    throw new Error(
      "Temporal can't be had: install the temporal CLI (temporal.io/setup) or Go 1.24 or newer, or set TEMPORAL_ADDRESS to a server of yours.",
    );
  }
  const partial = `${cached}.${process.pid}`;
  try {
    await slowStep(`Building the Temporal dev server ${CLI_VERSION} from its Go module (about three minutes, once)`, progress, () =>
      runProgram("go", ["build", "-trimpath", "-o", partial, "github.com/temporalio/cli/cmd/temporal"], { cwd: TOOLS, limit: BUILD_LIMIT }),
    );
  } catch (error) {
    throw new Error(
      `Temporal can't be built with Go (${error instanceof Error ? error.message : "unknown"}): let Go reach a module proxy, once, or install the temporal CLI (temporal.io/setup), or set TEMPORAL_ADDRESS to a server of yours.`,
    );
  }
  renameSync(partial, cached);
  return cached;
}

// The SDK downloads when it starts a server; the path of the program is all that is wanted of it here.
const DOWNLOAD = `
  import { readdirSync } from "node:fs";
  import { join } from "node:path";
  const { TestWorkflowEnvironment } = await import("@temporalio/testing");
  const directory = process.argv[1];
  const server = { executable: { type: "cached-download", downloadDir: directory } };
  const environment = await TestWorkflowEnvironment.createLocal({ server });
  await environment.teardown();
  console.log(join(directory, readdirSync(directory).find((file) => file.startsWith("temporal-cli") || file.startsWith("temporal-sdk"))));
  process.exit(0);`;

/** Starts a dev server that keeps its state in a file, on 127.0.0.1. @throws Error when it can't be had or won't start */
export async function startEmbeddedTemporal(
  stateFile: string,
  progress: Progress,
  namespace = "default",
  choosePort: () => Promise<number> = freePort,
): Promise<EmbeddedTemporal> {
  const program = await findTemporal(progress);
  mkdirSync(dirname(stateFile), { recursive: true, mode: 0o700 });
  return startOnFreePort((port) => startOn(port, program, stateFile, namespace), choosePort);
}

/** Besides its port it takes half a dozen others. */
async function startOn(port: number, program: string, stateFile: string, namespace: string): Promise<EmbeddedTemporal> {
  const args = [
    "server",
    "start-dev",
    "--headless",
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    // Without its folder, which it would read as a part of a URI.
    "--db-filename",
    basename(stateFile),
    "--namespace",
    namespace,
    "--log-level",
    "error",
  ];
  // Its own group, as with Postgres: we stop it after its clients.
  const server = spawn("/bin/sh", ["-c", 'umask 077 && exec "$0" "$@" 2>&1', program, ...args], {
    cwd: dirname(stateFile),
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  endWithThisProcess(server, "SIGTERM");
  let said = "";
  server.stdout.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  let ended = false;
  const exited = new Promise<void>((done) => {
    const end = () => {
      ended = true;
      done();
    };
    // What it said is complete when its output is closed.
    server.once("close", end).once("error", end);
  });
  const address = `127.0.0.1:${port}`;
  if (!(await answers(address, () => ended))) {
    server.kill("SIGTERM");
    const words = said.trim().split("\n").at(-1) || "nothing";
    const message = `The Temporal dev server did not start: another program may hold its state file, or the disk may be full. It said: ${words}`;
    throw SAYS_PORT_TAKEN.test(said) ? new PortTaken(message) : new Error(message);
  }
  return {
    address,
    exited,
    async stop() {
      server.kill("SIGTERM");
      await exited;
    },
  };
}

/** Whether a server answers before its time is over or it has ended. */
async function answers(address: string, ended: () => boolean): Promise<boolean> {
  const limit = Date.now() + START_LIMIT;
  while (Date.now() < limit && !ended()) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.workflowService.describeNamespace({ namespace: "default" });
      await connection.close();
      // Another server may have the port, and answer at once.
      return !ended();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return false;
}

const REACH_LIMIT = "5s";
/** gRPC's status of what is not there. */
const NOT_FOUND = 5;

/**
 * Makes sure that a Temporal server answers and has a namespace.
 * @param address TEMPORAL_ADDRESS, `host:port`
 * @throws Error one sentence that says what to do
 */
export async function requireTemporal(address: string, namespace: string): Promise<void> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: REACH_LIMIT });
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === NOT_FOUND)
      throw new Error(
        `Temporal at ${address} has no namespace ${namespace}: create it there, or set TEMPORAL_NAMESPACE to one that it has.`,
      );
    throw new Error(`No Temporal answers at ${address}: start it, or set TEMPORAL_ADDRESS to the host:port of one that runs.`);
  } finally {
    await connection?.close();
  }
}
