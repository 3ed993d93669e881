import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { MailServer } from "./adapters/mail.ts";
import { POLICY } from "./domain/policy.ts";
import { requireIdleMinutes } from "./domain/session.ts";
import { readMailSetting } from "./mail-setting.ts";
import { ConfigError, isLoopbackName } from "./setting.ts";
import { ALGORITHM, parseVerifierKey, type VerifierKey } from "./transparency/verifier-key.ts";

/** Settings of every process; the only place that reads the environment. */
export interface Config {
  readonly dataDirectory: string;
  /** Undefined: an embedded server in the data directory. */
  readonly databaseUrl: string | undefined;
  /** Undefined: an embedded dev server in the data directory. */
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  /** A prebuilt workflow bundle; undefined: built at start. */
  readonly workflowBundle: string | undefined;
  readonly keysDirectory: string;
  readonly dropDirectory: string;
  readonly inboxDirectory: string;
  readonly quarantineDirectory: string;
  /** Name of the query log, which its checkpoints and its key bear (C2SP tlog-checkpoint). Another name is another log. */
  readonly logOrigin: string;
  /** Where the last checkpoint is kept outside the database. */
  readonly logDirectory: string;
  /** Other offices' witnesses, which cosign the query log's checkpoints. */
  readonly witnesses: readonly WitnessSetting[];
  /** Where another office's witness keeps its key and what it cosigned. */
  readonly witnessDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly consolePort: number;
  /** Where people find the console, as a browser names it; undefined: this machine itself, without TLS. */
  readonly consoleOrigin: string | undefined;
  /** Minutes after which an idle session of the console ends. */
  readonly consoleIdleMinutes: number;
  readonly trustedProxies: readonly string[];
  readonly metricsAddresses: readonly string[];
  /** How notices go out by mail; undefined: they don't, and the console alone shows them. */
  readonly mail: MailServer | undefined;
  /** Whether loopback and private addresses may be whitelisted: for trying the platform out, not for real use. */
  readonly privateAddressesAllowed: boolean;
  readonly logLevel: string;
  /** A file that the worker touches while it works; undefined: none. */
  readonly healthFile: string | undefined;
}

/** A witness of the query log (C2SP tlog-witness). */
export interface WitnessSetting {
  readonly key: VerifierKey;
  /** Where it takes checkpoints: the part before `/add-checkpoint`. */
  readonly url: string;
}

/** As pino names them. */
const LOG_LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * Reads the settings from the environment.
 * @throws ConfigError
 */
export function readEnvironment(given: NodeJS.ProcessEnv = process.env): Config {
  // What is set to nothing is not set; METRICS_ADDRESSES says then that nobody reads them.
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const dataDirectory = resolve(environment["DATA_DIR"] ?? "data");
  const consoleIdleMinutes = Number(environment["CONSOLE_IDLE_MINUTES"] ?? POLICY.sessionIdleMinutes);
  requireIdleMinutes(consoleIdleMinutes);
  return {
    dataDirectory,
    databaseUrl: withPassword(environment["DATABASE_URL"], environment["DATABASE_PASSWORD_FILE"]),
    temporalAddress: environment["TEMPORAL_ADDRESS"],
    temporalNamespace: environment["TEMPORAL_NAMESPACE"] ?? "default",
    taskQueue: environment["TASK_QUEUE"] ?? "verification-platform",
    workflowBundle: environment["WORKFLOW_BUNDLE"],
    keysDirectory: resolve(environment["KEYS_DIR"] ?? join(dataDirectory, "keys")),
    dropDirectory: resolve(environment["DROP_DIR"] ?? join(dataDirectory, "drop")),
    inboxDirectory: resolve(environment["INBOX_DIR"] ?? join(dataDirectory, "inbox")),
    quarantineDirectory: resolve(environment["QUARANTINE_DIR"] ?? join(dataDirectory, "quarantine")),
    logOrigin: origin(environment["LOG_ORIGIN"] ?? "verification-platform/query-log"),
    logDirectory: resolve(environment["LOG_DIR"] ?? join(dataDirectory, "log")),
    witnesses: witnesses(environment["WITNESSES"]),
    witnessDirectory: resolve(environment["WITNESS_DIR"] ?? join(dataDirectory, "witness")),
    host: environment["HOST"] ?? "127.0.0.1",
    port: portOf(environment, "PORT", 8080),
    consolePort: portOf(environment, "CONSOLE_PORT", 8081),
    consoleOrigin: originOf(environment["CONSOLE_ORIGIN"]),
    consoleIdleMinutes,
    trustedProxies: addresses(environment["TRUSTED_PROXIES"]),
    metricsAddresses: list(given["METRICS_ADDRESSES"] ?? "127.0.0.1,::1"),
    mail: readMailSetting(environment),
    privateAddressesAllowed: environment["ALLOW_PRIVATE_ADDRESSES"] === "true",
    logLevel: logLevelOf(environment["LOG_LEVEL"] ?? "info"),
    healthFile: environment["HEALTH_FILE"],
  };
}

function logLevelOf(name: string): string {
  if (!LOG_LEVELS.includes(name)) throw new ConfigError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}.`);
  return name;
}

function origin(name: string): string {
  if (!/^[^\s+]{1,100}$/.test(name))
    throw new ConfigError("LOG_ORIGIN must be a name without spaces or plus, such as verify.example.gov.tw/queries.");
  return name;
}

/** What the machine offers to a developer's embedded servers. */
export interface Machine {
  readonly searchPath: readonly string[];
  /** Where programs that take long to get are kept, outside the tree, so that the next clone finds them. */
  readonly cacheDirectory: string;
  readonly chromiumPath: string | undefined;
  /** What child processes need of our environment. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Reads where programs are from the environment. */
export function readMachine(environment: NodeJS.ProcessEnv = process.env): Machine {
  return {
    searchPath: (environment["PATH"] ?? "").split(delimiter),
    cacheDirectory: join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "verification-platform"),
    chromiumPath: environment["CHROMIUM_PATH"],
    inherited: {
      PATH: environment["PATH"] ?? "",
      HOME: environment["HOME"] ?? homedir(),
      ...(environment["NODE_COMPILE_CACHE"] !== undefined && { NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] }),
      ...(environment["NODE_EXTRA_CA_CERTS"] !== undefined && { NODE_EXTRA_CA_CERTS: environment["NODE_EXTRA_CA_CERTS"] }),
    },
  };
}

/** The demo's settings: everything of its own in one folder, but for a Temporal that is given; loopback whitelisted. */
export function demoConfig(config: Config, directory: string, freePort: number, environment: NodeJS.ProcessEnv = process.env): Config {
  return {
    ...config,
    ...readEnvironment({
      PORT: environment["PORT"] || String(freePort),
      CONSOLE_PORT: "0",
      DATA_DIR: directory,
      ALLOW_PRIVATE_ADDRESSES: "true",
    }),
    temporalAddress: config.temporalAddress,
    temporalNamespace: config.temporalNamespace,
    taskQueue: `demo-${freePort}-${Date.now()}`,
    logLevel: config.logLevel,
  };
}

function portOf(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const port = Number(environment[name] ?? fallback);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigError(`${name} must be a number from 0 to 65535.`);
  return port;
}

/** Passwords and cookies cross a network only under TLS; without it the console is for this machine alone. */
function originOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url?.protocol === "http:" && isLoopbackName(url.hostname);
  if (url === undefined || url.origin !== text.replace(/\/$/, "") || !(url.protocol === "https:" || loopback))
    throw new ConfigError("CONSOLE_ORIGIN must be an https:// address without a path (http:// only for localhost).");
  return url.origin;
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A proxy that is not understood would look like a client, and a client like the proxy. */
function addresses(text: string | undefined): string[] {
  const all = list(text);
  if (all.some((address) => isIP(address) === 0)) throw new ConfigError("TRUSTED_PROXIES must be single IP addresses with commas between.");
  return all;
}

function witnesses(text: string | undefined): WitnessSetting[] {
  try {
    const all = list(text).map((item) => {
      const [key = "", url = "", ...more] = item.split(/\s+/);
      const witness = { key: parseVerifierKey(key), url };
      if (witness.key.algorithm !== ALGORITHM.cosignature || !/^https?:$/.test(new URL(url).protocol) || more.length > 0)
        throw new RangeError();
      return witness;
    });
    if (new Set(all.map(({ key }) => key.name)).size < all.length) throw new RangeError();
    return all;
  } catch {
    throw new ConfigError("WITNESSES must be verifier keys of witnesses, each with a space and its URL after it, with commas between.");
  }
}

function withPassword(url: string | undefined, passwordFile: string | undefined): string | undefined {
  if (url === undefined || passwordFile === undefined) return url;
  try {
    const complete = new URL(url);
    complete.password = encodeURIComponent(readFileSync(passwordFile, "utf8").trim());
    return complete.href;
  } catch {
    throw new ConfigError("DATABASE_URL must be a URL, and DATABASE_PASSWORD_FILE a file that can be read.");
  }
}
