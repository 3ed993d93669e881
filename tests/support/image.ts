import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { endWithThisProcess } from "../../src/adapters/child-process.ts";
import { readComposeFile, readDockerfile } from "./compose.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Whom services run as when the tests may choose: nobody, as strange to the tree as the image's `node` is. */
const NOBODY = 65_534;
const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Carries out the Dockerfile's build stage in an empty folder. */
export function buildTree(tree: string): void {
  for (const step of readDockerfile().build) {
    if ("copy" in step) {
      const sources = step.copy.slice(0, -1);
      for (const source of sources) {
        const target = join(tree, step.copy.at(-1) ?? "", sources.length > 1 ? source : "");
        mkdirSync(dirname(target), { recursive: true });
        cpSync(join(ROOT, source), target, { recursive: true });
      }
    } else {
      execFileSync("/bin/sh", ["-c", step.run.replace(/^node /, `"${process.execPath}" `)], {
        cwd: tree,
        // What npm ci has brought before is not fetched again.
        env: { ...process.env, npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_loglevel: "error" },
        stdio: ["ignore", "ignore", "inherit"],
        timeout: 240_000,
      });
    }
  }
}

/** Where this machine has what a container would find in its folders and on its networks. */
export type Places = Readonly<Record<string, string>>;

/** A service's process, started by its command and environment of docker-compose.yml. */
export interface RunningService {
  /** Resolves with the exit code, and rejects never. */
  readonly exited: Promise<number | null>;
  output(): string;
  /** What it has written to standard output alone. */
  printed(): string;
  stop(): Promise<number | null>;
}

/** Starts services of docker-compose.yml without containers: from the built tree, with its places mapped to this machine's. */
export function createServiceStarter(tree: string, places: Places, settings: Readonly<Record<string, string>>) {
  const { services } = readComposeFile();
  // Ours may lie where only root may go; the image brings its own.
  const node = join(dirname(tree), "node");
  copyFileSync(process.execPath, node);

  function here(text: string): string {
    const filled = text.replace(/\$\{(\w+):-([^}]*)\}/g, (_whole, name: string, fallback: string) => settings[name] ?? fallback);
    // In one pass: what a place became is not looked at again.
    const anyPlace = new RegExp(Object.keys(places).join("|").replaceAll(".", "\\."), "g");
    return filled.replace(anyPlace, (there) => places[there] ?? there);
  }

  /** A key folder that holds what the service mounts of ours, as its container sees it. */
  function keysOf(name: string): string {
    const whole = places["/run/keys"] ?? "";
    const view = `${whole}-of-${name}`;
    if (existsSync(view)) return view;
    mkdirSync(view);
    for (const volume of services[name]?.volumes ?? []) {
      const [, folder] = /:\/run\/keys\/([\w-]+)/.exec(volume) ?? [];
      if (folder !== undefined) symlinkSync(join(whole, folder), join(view, folder));
    }
    return view;
  }

  function environmentOf(name: string): Record<string, string> {
    const all = { ...readDockerfile().environment, ...services[name]?.environment };
    return {
      PATH: process.env["PATH"] ?? "",
      ...Object.fromEntries(Object.entries(all).map(([key, value]) => [key, here(String(value))])),
      ...(all["KEYS_DIR"] === "/run/keys" && { KEYS_DIR: keysOf(name) }),
    };
  }

  function start(name: string, command: readonly string[] = services[name]?.command ?? [], input = ""): RunningService {
    const [program, ...args] = [...(services[name]?.entrypoint ?? []), ...command].map(here);
    const child = spawn(program === "node" ? node : (program ?? ""), args, { cwd: tree, env: environmentOf(name), ...account });
    endWithThisProcess(child, "SIGTERM");
    child.stdin.end(input);
    let output = "";
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const exited = once(child, "close").then(([code]) => code as number | null);
    return {
      exited,
      output: () => output,
      printed: () => printed,
      stop() {
        child.kill("SIGTERM");
        return exited;
      },
    };
  }

  return {
    start,
    /** Runs a service's command, or another in its place as `docker compose exec -T` does, to its end. @param input standard input */
    async run(name: string, command?: readonly string[], input?: string) {
      const service = start(name, command, input);
      return { code: await service.exited, output: service.output(), printed: service.printed() };
    },
    /** The exit code of a service's own health check. */
    health: (name: string) => start(name, services[name]?.healthcheck?.test.slice(1)).exited,
  };
}

/** Gives a file, or a folder and what is in it, to whom the services run as. */
export function giveToServices(path: string): void {
  if (account.uid === undefined || account.gid === undefined) return;
  chownSync(path, account.uid, account.gid);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) giveToServices(join(path, entry.name));
  chmodSync(path, 0o700);
}
