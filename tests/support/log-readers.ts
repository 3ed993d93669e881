import { DUTIES, type Duty } from "../../src/domain/appointment.ts";
import { startTestConsole, type TestConsole, type Visitor } from "./console.ts";
import { enter } from "./console-office.ts";
import { createQueryLogPlatform, type QueryLogPlatform } from "./query-log.ts";

/** A log that the real API wrote, and the console that reads it, with somebody of each duty. */
export interface LogReaders {
  readonly platform: QueryLogPlatform;
  readonly console_: TestConsole;
  /** Their accounts are `yu.` and the duty in small letters. */
  readonly people: Readonly<Record<Duty, Visitor>>;
  close(): Promise<void>;
}

export async function openLogReaders(): Promise<LogReaders> {
  const platform = await createQueryLogPlatform();
  const console_ = await startTestConsole({ database: platform.api.database, logKeys: platform.api.keyStore });
  const people = {} as Record<Duty, Visitor>;
  for (const duty of DUTIES) {
    people[duty] = await enter(console_, `yu.${duty.toLowerCase()}`, duty);
  }
  return {
    ...{ platform, console_, people },
    async close() {
      await console_.close();
      await platform.close();
    },
  };
}

/** Searches the log as the page's form does. */
export function searchLog(who: Visitor, fields: Record<string, string>) {
  return who.post("/console/queries", { reason: "每月查核", ...fields });
}

/** The lines of a page's table. */
export function linesOf(text: string): number {
  return text.match(/<tr><th scope="row"/g)?.length ?? 0;
}
