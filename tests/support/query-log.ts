import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { monthOfEntry } from "../../src/domain/query-log-form.ts";
import { runQueryLogCommand } from "../../src/query-log-command.ts";
import { openQueryLog } from "../../src/query-log-reader.ts";
import { type Answer, type Ask, ask, startTestApi, type TestApi } from "./api.ts";
import { ALL_CHECKS, madeUpId, PEOPLE, question } from "./people.ts";
import { seedGenerations, seedIntegration } from "./seed.ts";

/** More than a page of entries. */
export const CROWD = 700;
export const MONTH = monthOfEntry(Date.now());
const { indigenous: _, ...PLAIN } = PEOPLE.plain;
/** The person that three entries are about. */
export const SUBJECT = PLAIN;
/** What no masked list may hold. */
const SECRETS = [PLAIN.nationalId, PLAIN.nationalId.slice(6), PLAIN.name, PEOPLE.indigenous.name, PLAIN.birthDate];
/** Ids of entries and hashes, cut short or whole: the masked digits stand in them by chance. */
const RANDOM = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-zA-Z])[0-9a-f]{12,}/g;

/** What of the subjects' identity a text tells. */
export function secretsIn(text: string): string[] {
  const said = text.replace(RANDOM, " ");
  return SECRETS.filter((secret) => said.includes(secret));
}

/** What an opening left on record. */
interface Opening {
  readonly purpose: string;
  readonly account: string;
  readonly account_role: string;
  readonly reason: string;
  readonly reference: string | null;
  readonly question: Readonly<Record<string, unknown>>;
  readonly entry_ids: string[];
}

/** What a command came to, run in this process. */
interface Called {
  readonly lines: readonly string[];
  readonly lastLine?: string;
  readonly faults?: number;
  readonly error?: string;
}

/** A log with entries that the real API made, and commands that read it. */
export interface QueryLogPlatform {
  readonly api: TestApi;
  /** An empty folder. */
  readonly directory: string;
  readonly applicationNumber: string;
  /** An answered query about `SUBJECT`; its reason looks like a formula. */
  readonly entryId: string;
  call(argv: readonly string[]): Promise<Called>;
  openings(): Promise<Opening[]>;
  /** The openings that an action leaves. */
  openingsOf<Result>(act: () => Promise<Result>): Promise<{ result: Result; recorded: Opening[] }>;
  close(): Promise<void>;
}

/** CROWD entries of one batch, then four: a match, a match of another person, a wrong credential, and a refusal with a terminal's code in it. */
export async function createQueryLogPlatform(): Promise<QueryLogPlatform> {
  const api = await startTestApi();
  const directory = mkdtempSync(join(tmpdir(), "query-log-"));
  await seedGenerations(api.owner.pool, api.keyStore, Object.values(PEOPLE));
  const { token, integrationId } = await seedIntegration(api.owner.pool, { checks: [...ALL_CHECKS] });
  await api.settle();
  const { rows } = await api.owner.pool.query("select application_number from integration where integration_id = $1", [integrationId]);
  const { subject: _subject, ...batch } = question({}, { operator: "mass-1", caseNumber: "113-整-000001" });
  const subjects = Array.from({ length: CROWD }, (_, place) => ({ nationalId: madeUpId(7000 + place), name: "李小華" }));
  const send = async (body: unknown, asking: Ask = { token }): Promise<Answer> => {
    await api.settle();
    return ask(api.url, body, asking);
  };
  const other = { nationalId: PEOPLE.indigenous.nationalId, name: PEOPLE.indigenous.name };
  const made = [
    await send({ ...batch, subjects }, { token, path: "/v1/verifications/batch" }),
    await send(question(SUBJECT, { reason: "=資格審查" })),
    await send(question(other, { operator: "tax-043", caseNumber: "113-社-000456" })),
    await send(question(SUBJECT), { token: "vp_wrong" }),
    await send(question({ nationalId: SUBJECT.nationalId, name: "\u001b[31m" })),
  ];
  if (made.some(({ status }) => status === 503)) {
    // The machine was too busy to answer in time, and that is in the log too: only a fresh one has what the tests expect.
    await api.close();
    rmSync(directory, { recursive: true });
    return createQueryLogPlatform();
  }
  expect(made.map(({ status }) => status)).toEqual([200, 200, 200, 401, 422]);

  const reader = openDatabase(api.database.logReaderUrl, { max: 2 });
  const openings = async () => (await api.owner.pool.query<Opening>("select * from query_log_opening order by opening_id")).rows;
  return {
    api,
    directory,
    applicationNumber: rows[0].application_number,
    entryId: made[1]?.body.entryId,
    async call(argv) {
      const lines: string[] = [];
      try {
        const print = (line: string) => void lines.push(line);
        const outcome = await runQueryLogCommand([...argv], (...what) => openQueryLog(reader.db, api.keyStore, ...what), print);
        return { lines, ...outcome };
      } catch (error) {
        return { lines, error: (error as Error).message };
      }
    },
    openings,
    async openingsOf(act) {
      const before = (await openings()).length;
      const result = await act();
      return { result, recorded: (await openings()).slice(before) };
    },
    async close() {
      await reader.close();
      await api.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** The options by which a command says who reads, in what capacity, and why. */
export function readBy(role: string, reason = "每月查核"): string[] {
  return ["--as", "lin.reader", "--role", role, "--reason", reason];
}
