import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { pino } from "pino";
import { openDatabase, surviveBrokenConnections } from "../../db/client.ts";
import { closeServer } from "../../src/adapters/close-server.ts";
import { serveHttp } from "../../src/adapters/http-server.ts";
import { createKeys, type KeyStore, openKeyStore } from "../../src/adapters/key-store.ts";
import { createApp } from "../../src/api/app.ts";
import { API_CONNECTIONS, createApiContext, LOG_CONNECTIONS } from "../../src/api/context.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
  readonly text: string;
}

export interface Ask {
  readonly token?: string | undefined;
  /** Loopback address to ask from. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
}

/** Sends a body (an object as JSON, a text as it is) and reads the answer. */
export function ask(
  url: string,
  body: unknown,
  { token, from = "127.0.0.1", headers = {}, path = "/v1/verifications", method = "POST" }: Ask = {},
): Promise<Answer> {
  const payload = typeof body === "string" || Buffer.isBuffer(body) ? body : body === undefined ? "" : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), {
      method,
      localAddress: from,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(payload),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const isJson = /json/.test(response.headers["content-type"] ?? "");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined });
      });
    });
    sent.end(payload);
  });
}

/**
 * Has sixteen callers ask without a pause while something changes, until each has heard what the change brings.
 * @param heard asks once, and says whether the change was heard
 * @returns how many questions came after the change and didn't hear it
 */
export async function askWhileChanging(heard: () => Promise<boolean>, change: () => Promise<void>): Promise<number> {
  let changed = false;
  let late = 0;
  const asking = Array.from({ length: 16 }, async () => {
    for (let done = false; !done; ) {
      const after = changed;
      done = await heard();
      if (after && !done) late += 1;
    }
  });
  await change();
  changed = true;
  await Promise.all(asking);
  return late;
}

/** The API in this process on a database of its own, its log kept to be looked at. */
export interface TestApi {
  readonly url: string;
  readonly database: TestDatabase;
  readonly owner: ReturnType<typeof openDatabase>;
  readonly keyStore: KeyStore;
  readonly keysDirectory: string;
  readonly logLines: string[];
  /** Has the API read what was just seeded; without it that takes up to a second. */
  settle(): Promise<void>;
  /** Has the API put on record what it counted; without it that takes up to half a minute. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** @param given a database of somebody else, who drops it */
export async function startTestApi({ trustedProxies = [] as string[], now = Date.now } = {}, given?: TestDatabase): Promise<TestApi> {
  const database = given ?? (await createTestDatabase());
  const keysDirectory = mkdtempSync(join(tmpdir(), "verification-platform-keys-"));
  createKeys(keysDirectory);
  const keyStore = openKeyStore(keysDirectory);
  const owner = openDatabase(database.ownerUrl, { max: 4 });
  const pool = new Pool({ ...API_CONNECTIONS, connectionString: database.apiUrl });
  const logPool = new Pool({ ...LOG_CONNECTIONS, connectionString: database.apiUrl });
  for (const each of [pool, logPool]) surviveBrokenConnections(each);
  const logLines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void logLines.push(line) });
  const context = await createApiContext({ pool, logPool }, keyStore, logger, {
    trustedProxies,
    metricsAddresses: ["127.0.0.1"],
    rowsPerStatement: 1000,
    statementsAtOnce: 1,
    now,
  });
  const server = await serveHttp(createApp(context).fetch, { host: "0.0.0.0", port: 0 });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    owner,
    keyStore,
    keysDirectory,
    logLines,
    async settle() {
      await context.register.refresh();
    },
    flush: context.neighbours.flush,
    async close() {
      await closeServer(server, 0);
      await context.close();
      await Promise.all([pool.end(), logPool.end(), owner.close()]);
      if (given === undefined) await database.drop();
      rmSync(keysDirectory, { recursive: true, force: true });
    },
  };
}
