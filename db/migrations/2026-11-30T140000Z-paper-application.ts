import { type Kysely, sql } from "kysely";

/** The number that a paper application's form was given (clause 3(3)): a form that is sent twice enters one application. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- It holds nothing of what was typed, and says what became of a number that no application has.
    create table paper_application_number (
      request_id uuid primary key,
      application_number text not null unique,
      drawn_at timestamptz not null
    );

    grant select, insert, update (application_number) on paper_application_number to platform_console;
  `.execute(db);
}
