import { type Kysely, sql } from "kysely";
import type { ApplicationKind } from "../../src/domain/integration-application.ts";
import type { ApplicationStage } from "../../src/domain/integration-step.ts";
import type { Database } from "../tables/database.ts";

/** What a list of applications is narrowed to. */
export interface ApplicationFilter {
  /** Part of a number, the agency's name or the system's. */
  readonly search?: string | undefined;
  readonly stage?: string | undefined;
  readonly kind?: string | undefined;
}

/** An application as the list shows it. Moments are epoch milliseconds. */
export interface ListedApplication {
  readonly applicationNumber: string;
  /** The integration that it would open or change. */
  readonly integrationNumber: string;
  readonly kind: ApplicationKind;
  readonly stage: ApplicationStage;
  readonly agencyName: string;
  readonly systemName: string;
  readonly submittedAt: number;
  /** When it came to its stage. */
  readonly since: number;
}

/** What a text looks for, as a pattern of `ilike` that takes it as it is. */
export function patternOf(search = ""): string {
  return `%${search.replace(/[\\%_]/g, "\\$&")}%`;
}

function fitting({ search, stage = "", kind = "" }: ApplicationFilter) {
  const pattern = patternOf(search);
  return sql`application p join integration i using (integration_id) join agency g on g.agency_id = p.agency_id
    where (p.application_number ilike ${pattern} or i.application_number ilike ${pattern} or g.agency_name ilike ${pattern} or p.system_name ilike ${pattern})
      and ${stage} in ('', p.stage) and ${kind} in ('', p.kind)`;
}

/** The applications that fit, the newest first. @param extent which of them */
export async function listApplications(
  db: Kysely<Database>,
  filter: ApplicationFilter,
  extent: { readonly first: number; readonly count: number },
): Promise<ListedApplication[]> {
  const { rows } = await sql<Omit<ListedApplication, "submittedAt" | "since"> & { submitted: Date; changed: Date | null }>`
    select p.application_number as "applicationNumber", i.application_number as "integrationNumber", p.kind, p.stage, g.agency_name as "agencyName",
      p.system_name as "systemName", p.submitted_at as submitted,
      (select max(s.taken_at) from integration_step s where s.application_number = p.application_number) as changed
    from ${fitting(filter)} order by p.submitted_at desc, p.application_number desc offset ${extent.first} limit ${extent.count}`.execute(
    db,
  );
  return rows.map(({ submitted, changed, ...row }) => ({
    ...row,
    submittedAt: submitted.getTime(),
    since: (changed ?? submitted).getTime(),
  }));
}

/** How many applications fit, by their stage. */
export async function countApplications(db: Kysely<Database>, filter: ApplicationFilter): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ stage: string; count: number }>`
    select p.stage, count(*)::int as count from ${fitting(filter)} group by p.stage`.execute(db);
  return new Map(rows.map(({ stage, count }) => [stage, count]));
}
