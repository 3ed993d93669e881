import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openDatabase } from "../../db/client.ts";
import type { KeepAlerts } from "../../src/abnormal-use-client.ts";
import { totpCode } from "../../src/adapters/authenticator.ts";
import { serveHttp } from "../../src/adapters/http-server.ts";
import { createKeys, type LogKeys, openKeyStore } from "../../src/adapters/key-store.ts";
import { runAppointCommand } from "../../src/appoint-command.ts";
import { createConsole } from "../../src/console/app.ts";
import { type ConsoleParts, createConsoleContext } from "../../src/console/context.ts";
import type { DatasetClient } from "../../src/dataset-import-client.ts";
import type { RaiseFinding } from "../../src/finding-client.ts";
import type { IntegrationClient } from "../../src/integration-client.ts";
import type { SeeWorker } from "../../src/process-health.ts";
import type { RetentionClient } from "../../src/retention-client.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** The console in this process, on a database that the caller may share with a worker. */
export interface TestConsole {
  readonly url: string;
  readonly database: TestDatabase;
  readonly owner: ReturnType<typeof openDatabase>;
  readonly logLines: string[];
  /** Every path that answers to GET, as the router has it; files of pages aside. */
  readonly paths: readonly string[];
  /** Appoints who isn't yet, since yesterday, and returns a one-time token. */
  appoint(account: string, duty: string): Promise<string>;
  close(): Promise<void>;
}

interface Options {
  readonly now?: () => number;
  readonly database?: TestDatabase;
  readonly integrations?: IntegrationClient;
  readonly logKeys?: LogKeys;
  readonly keepAlerts?: KeepAlerts;
  readonly seeWorker?: SeeWorker;
  readonly datasets?: DatasetClient;
  readonly raiseFinding?: RaiseFinding;
  readonly retention?: RetentionClient;
  readonly decideFoundAddress?: ConsoleParts["decideFoundAddress"];
  readonly origin?: string;
  readonly trustedProxies?: readonly string[];
}

export async function startTestConsole({
  now: ownClock,
  database,
  integrations,
  logKeys,
  keepAlerts,
  seeWorker,
  datasets,
  raiseFinding,
  retention,
  decideFoundAddress,
  origin,
  trustedProxies = [],
}: Options = {}): Promise<TestConsole> {
  const now = ownClock ?? Date.now;
  const own = database ?? (await createTestDatabase());
  const keysDirectory = mkdtempSync(join(tmpdir(), "console-keys-"));
  createKeys(keysDirectory);
  const owner = openDatabase(own.ownerUrl, { max: 2 });
  const appointer = openDatabase(own.appointerUrl, { max: 1 });
  const records = openDatabase(own.consoleUrl, { max: 6 });
  // Test files share one Temporal, in which a number names one process.
  await owner.pool.query("select setval('application_number_sequence', $1)", [randomInt(1e11)]);
  // Whoever brings a clock moves it ahead of the server's.
  if (ownClock !== undefined)
    for (const table of ["password", "session"]) await owner.pool.query(`alter table ${table} disable trigger not_ahead`);
  const logLines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void logLines.push(line) });
  const context = await createConsoleContext({
    settings: { consoleOrigin: origin, consoleIdleMinutes: 15, trustedProxies, privateAddressesAllowed: true },
    logger,
    db: records.db,
    keys: openKeyStore(keysDirectory).console,
    logKeys: logKeys ?? openKeyStore(keysDirectory),
    // Pages that decide nothing need no Temporal; one that does without it fails, as it should.
    integrations: integrations ?? ({} as IntegrationClient),
    seeWorker: seeWorker ?? (() => Promise.reject(new Error("no Temporal"))),
    keepAlerts: keepAlerts ?? (() => Promise.reject(new Error("no Temporal"))),
    datasets: datasets ?? ({} as DatasetClient),
    raiseFinding: raiseFinding ?? (() => Promise.reject(new Error("no Temporal"))),
    retention: retention ?? ({} as RetentionClient),
    decideFoundAddress: decideFoundAddress ?? (() => Promise.reject(new Error("no Temporal"))),
    now,
  });
  const app = createConsole(context);
  const server = await serveHttp(app.fetch, { host: "127.0.0.1", port: 0 });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    database: own,
    owner,
    logLines,
    paths: app.routes
      .filter(({ method, path }) => method === "GET" && /^\/(console|apply)/.test(path) && !path.startsWith("/console/assets/"))
      .map(({ path }) => path),
    async appoint(account, duty) {
      const printed: string[] = [];
      const print = console.log;
      console.log = (line: string) => void printed.push(line);
      const { rowCount } = await owner.pool.query("select from appointment where account = $1 and duty = $2", [account, duty]);
      const command = rowCount === 0 ? ["appoint", account, "--duty", duty] : ["reset", account];
      try {
        await runAppointCommand([...command, "--as", "chief.planning", "--reason", "府計字第1號"], appointer.db, now());
      } finally {
        console.log = print;
      }
      // Clocks of tests are ahead of those of the servers.
      await owner.pool.query("update appointment set valid_from = valid_from - interval '1 day' where account = $1", [account]);
      return printed.at(-1) ?? "";
    },
    async close() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([records.close(), appointer.close(), owner.close()]);
      if (database === undefined) await own.drop();
      rmSync(keysDirectory, { recursive: true, force: true });
    },
  };
}

/** A page that was read. */
export interface ReadPage {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

/** A browser's cookies and forms, without the browser. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<ReadPage>;
  /** Sends a form as the page that was read last would. */
  post(path: string, fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<ReadPage>;
  /** Sends a form with a file in it. */
  upload(
    path: string,
    fields: Record<string, string | string[]>,
    file: { readonly name: string; readonly content: Blob },
  ): Promise<ReadPage>;
  readonly cookies: Map<string, string>;
  /** The set-up from the one-time token on; returns the authenticator's secret. */
  setUp(account: string, token: string, password: string): Promise<string>;
  /** The whole log-in; returns the page that it leads to. */
  logIn(account: string, password: string, secret: string): Promise<ReadPage>;
}

/** @param from the address that a proxy says the browser has */
export function createVisitor({ url }: { url: string }, now: () => number = Date.now, from?: string): Visitor {
  const cookies = new Map<string, string>();
  const hop = from === undefined ? {} : { "x-forwarded-for": from };
  let formToken = "";
  let seen: string | undefined;
  let requestId: string | undefined;

  async function read(path: string, init: RequestInit): Promise<ReadPage> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url + path, { ...init, redirect: "manual", headers: { cookie, ...hop, ...init.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    formToken = /name="formToken" value="([^"]+)"/.exec(text)?.[1] ?? formToken;
    seen = /name="seen" value="(\d+)"/.exec(text)?.[1] ?? seen;
    requestId = /name="requestId" value="([^"]+)"/.exec(text)?.[1] ?? requestId;
    return { status: response.status, headers: response.headers, text, location: response.headers.get("location") };
  }

  const get: Visitor["get"] = (path, headers = {}) => read(path, { headers });
  const post: Visitor["post"] = (path, fields, headers = {}) => {
    const body = new URLSearchParams({ formToken, ...(seen !== undefined && { seen }) });
    for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
    if (fields["formToken"] !== undefined) body.delete("formToken", formToken);
    if (fields["seen"] !== undefined && seen !== undefined) body.delete("seen", seen);
    if (fields["requestId"] === undefined && requestId !== undefined) body.append("requestId", requestId);
    return read(path, { method: "POST", body, headers: { "sec-fetch-site": "same-origin", origin: url, ...headers } });
  };

  const upload: Visitor["upload"] = (path, fields, file) => {
    const body = new FormData();
    body.append("formToken", formToken);
    if (requestId !== undefined) body.append("requestId", requestId);
    for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
    body.append(file.name, file.content, "letter.pdf");
    return read(path, { method: "POST", body, headers: { "sec-fetch-site": "same-origin", origin: url } });
  };

  async function setUp(account: string, token: string, password: string): Promise<string> {
    await get("/console/set-up");
    await post("/console/set-up", { account, token });
    await get("/console/password");
    await post("/console/password", { password, repeated: password });
    const { text } = await get("/console/authenticator");
    const secret = /secret=([A-Z2-7]+)/.exec(text)?.[1] ?? "";
    await post("/console/authenticator", { code: totpCode(secret, now()) });
    return secret;
  }

  async function logIn(account: string, password: string, secret: string): Promise<ReadPage> {
    await get("/console/log-in");
    const first = await post("/console/log-in", { account, password });
    if (first.location !== "/console/code") return first;
    await get("/console/code");
    return post("/console/code", { code: totpCode(secret, now()) });
  }

  return { get, post, upload, cookies, setUp, logIn };
}
