import { parseArgs } from "node:util";
import type { Kysely, Transaction } from "kysely";
import { lockAccount, resetAccount } from "../db/queries/account.ts";
import { insertCommandTrail } from "../db/queries/admin-trail.ts";
import { insertAppointment, listAppointments, lockAppointments, updateAppointmentEnd } from "../db/queries/appointment.ts";
import { deleteSessionsOf } from "../db/queries/session.ts";
import type { Database } from "../db/tables/database.ts";
import { createToken, hashToken } from "./adapters/session-token.ts";
import { appoint, DUTIES, type Duty, dutiesAt, endAppointment, isAccount, isDuty, setUpEnd } from "./domain/appointment.ts";
import { startOfDay } from "./domain/integration-period.ts";
import { isMailAddress } from "./domain/mail-address.ts";
import { POLICY } from "./domain/policy.ts";
import { parseDate, taipeiDate } from "./domain/roc-date.ts";
import { RuleViolation } from "./domain/rule-violation.ts";
import { requireWhoAndWhy } from "./domain/who-and-why.ts";

export const APPOINT_HELP = `Usage: node bin/appoint.ts <command> …

  appoint ACCOUNT --duty DUTY --as ACCOUNT --reason TEXT [--from DAY] [--until DAY] [--mail ADDRESS]
  end ACCOUNT --duty DUTY --as ACCOUNT --reason TEXT    from this moment on; its sessions end
  reset ACCOUNT --as ACCOUNT --reason TEXT              password and authenticator are lost; a new one-time token is printed
  list

  DUTY    ${DUTIES.join(", ")}
  DAY     113/11/29 or 2024-11-29; from now, and until it is ended, when left out; both days are included
  --mail  where notices for this duty go: the office's mailbox rather than a person's
  --as    who decided so; it stands on record

A new account gets a one-time token, printed once, that opens the console's set-up page for ${POLICY.setUpHours} hours from when the
appointment begins; another that is printed later for the same account takes its place.
Environment: DATABASE_URL (role platform_appointer; else the platform running from DATA_DIR), KEYS_DIR. Exit code 0: done; 1: not done, and why.`;

const TEXT = { type: "string" } as const;
const OPTIONS = { duty: TEXT, as: TEXT, reason: TEXT, from: TEXT, until: TEXT, mail: TEXT } as const;
const HOUR = 3_600_000;

type Values = ReturnType<typeof parse>["values"];

function parse(argv: string[]) {
  return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
}

/** Appoints, ends or resets, prints a token where one was made, and returns the last line. @throws Error whose message names rule and clause */
export async function runAppointCommand(argv: string[], db: Kysely<Database>, now: number): Promise<string> {
  const { positionals, values } = parse(argv);
  const [command = "", account = ""] = positionals;
  if (command === "list") return list(db, now);
  const take = { appoint: appointAccount, end: endDuty, reset }[command];
  if (take === undefined || account === "") throw new Error("Name a command and an account; --help lists them.");
  let by: Decision | undefined;
  // What is no account's name may be anything, a person's ID number too.
  const object = isAccount(account) ? `account/${account}` : "account";
  try {
    const decision = { ...requireWhoAndWhy(values), at: now };
    by = decision;
    const { sentence, token } = await db.transaction().execute(async (trx) => {
      await lockAppointments(trx);
      const done = await take(trx, account, values, decision);
      await insertCommandTrail(trx, { action: command, object, ...decision });
      return done;
    });
    // Not before it is on record: until then it opens nothing.
    for (const line of token ?? []) console.log(line);
    return sentence;
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    if (by !== undefined) await insertCommandTrail(db, { action: command, object, outcome: error.code, ...by });
    throw new Error(`${error.message} (${error.code}, clause ${error.clause})`, { cause: error });
  }
}

interface Done {
  readonly sentence: string;
  /** The lines that show a one-time token, where one was made; it is the last of them. */
  readonly token?: readonly string[];
}

interface Decision {
  readonly account: string;
  readonly reason: string;
  readonly at: number;
}

async function appointAccount(trx: Transaction<Database>, account: string, values: Values, by: Decision): Promise<Done> {
  const from = values.from === undefined ? by.at : Math.max(by.at, startOfDay(dayOf(values.from)));
  const until = values.until === undefined ? undefined : startOfDay(dayOf(values.until)) + 24 * HOUR;
  const appointment = appoint(await listAppointments(trx), { account, duty: dutyOf(values), from, until });
  const { mail: mailAddress } = values;
  if (mailAddress !== undefined && !isMailAddress(mailAddress)) throw new Error("--mail takes one plain mail address.");
  await insertAppointment(trx, { ...appointment, mailAddress }, by);
  const sentence = `${account} is appointed ${appointment.duty} from ${new Date(from).toISOString()}${until === undefined ? "" : ` until ${values.until}`}.`;
  return (await lockAccount(trx, account))?.enrolled === true ? { sentence } : { sentence, token: await makeToken(trx, account, by.at) };
}

async function endDuty(trx: Transaction<Database>, account: string, values: Values, by: Decision): Promise<Done> {
  const duty = dutyOf(values);
  // A log-in under way is over before, or finds the appointment ended.
  await lockAccount(trx, account);
  // One that has yet to begin, and was ended before, has nothing left to end.
  const held = (await listAppointments(trx, account)).filter(
    ({ duty: of, from, until }) => of === duty && (until === undefined || (until > by.at && until > from)),
  );
  if (held.length === 0) throw new RuleViolation("3(1)", "appointment-over", "The account holds no such appointment, or it has ended.");
  for (const appointment of held)
    await updateAppointmentEnd(trx, appointment.appointmentId, endAppointment(appointment, by.at).until ?? by.at, by);
  await deleteSessionsOf(trx, account);
  return { sentence: `${account} is ${duty} no more; its sessions have ended.` };
}

async function reset(trx: Transaction<Database>, account: string, _values: Values, by: Decision): Promise<Done> {
  if ((await lockAccount(trx, account)) === undefined)
    throw new RuleViolation("3(2)", "account-unknown", "There is no such account: accounts come from appointments.");
  const token = await makeToken(trx, account, by.at);
  await deleteSessionsOf(trx, account);
  return { sentence: `${account} must set a new password and a new authenticator; its sessions have ended.`, token };
}

async function list(db: Kysely<Database>, now: number): Promise<string> {
  const appointments = await listAppointments(db);
  for (const { account, duty, from, until } of appointments) {
    const current = dutiesAt(appointments, account, now).includes(duty) && (until === undefined || until > now) ? "*" : " ";
    console.log(`${current} ${account}  ${duty}  ${taipeiDate(from)} – ${until === undefined ? "" : taipeiDate(until - 1)}`);
  }
  return `${appointments.length} appointments; * marks those of today.`;
}

async function makeToken(trx: Transaction<Database>, account: string, now: number): Promise<readonly string[]> {
  const token = createToken();
  const until = new Date(setUpEnd(await listAppointments(trx, account), now));
  await resetAccount(trx, account, hashToken(token), until);
  return [
    `One-time token for ${account}, shown this once; while in office, until ${until.toISOString()}, it opens /console/set-up. Any earlier one is void:`,
    token,
  ];
}

function dutyOf({ duty = "" }: Values): Duty {
  if (!isDuty(duty)) throw new Error(`Name the duty: --duty ${DUTIES.join("|")}.`);
  return duty;
}

function dayOf(text: string): string {
  const day = parseDate(text);
  if (day === undefined) throw new Error("A day is written 113/11/29 or 2024-11-29.");
  return day;
}
