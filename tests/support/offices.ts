import { openDatabase } from "../../db/client.ts";
import { insertAppointment } from "../../db/queries/appointment.ts";
import type { Duty } from "../../src/domain/appointment.ts";
import type { TestDatabase } from "./database.ts";
import { CASE_OFFICER, MANAGER, OFFICER, OTHER_MANAGER } from "./integration.ts";

/** Long before any test's clock. */
const FROM = Date.parse("2012-01-01T00:00:00+08:00");

/** Appoints the people that tests act as; they have been in office for long. */
export async function appointEverybody({ appointerUrl }: TestDatabase): Promise<void> {
  const { db, close } = openDatabase(appointerUrl, { max: 1 });
  await db.transaction().execute(async (trx) => {
    for (const { account, role } of [CASE_OFFICER, MANAGER, OTHER_MANAGER, OFFICER])
      await insertAppointment(
        trx,
        { account, duty: role as Duty, from: FROM, until: undefined },
        { account: "chief.planning", reason: "府計字第1號", at: FROM },
      );
  });
  await close();
}
