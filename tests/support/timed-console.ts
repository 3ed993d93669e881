import { createVisitor, startTestConsole, type TestConsole, type Visitor } from "./console.ts";
import { PASSWORD } from "./console-office.ts";

const MINUTE = 60_000;

/** A console with one manager in office, `lin.manager`, whose clock only the test moves. */
export interface TimedConsole {
  readonly console_: TestConsole;
  /** What the manager's authenticator shares. */
  readonly secret: string;
  now(): number;
  /** Lets time pass (milliseconds); without a number, as long as it takes the authenticator to show its next code. */
  later(milliseconds?: number): void;
  visitor(): Visitor;
}

export async function openTimedConsole(): Promise<TimedConsole> {
  let time = Date.parse("2026-11-24T09:00:00+08:00");
  const now = () => time;
  const console_ = await startTestConsole({ now });
  const visitor = () => createVisitor(console_, now);
  const secret = await visitor().setUp("lin.manager", await console_.appoint("lin.manager", "manager"), PASSWORD);
  return {
    ...{ console_, secret, now, visitor },
    later(milliseconds = MINUTE) {
      time += milliseconds;
    },
  };
}
