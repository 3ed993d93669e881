/** What stands in a form that its C2SP specification lays down. */
export type LogForm = "entry bundle" | "verifier key" | "signed note" | "checkpoint" | "cosignature" | "add-checkpoint request";

/** Bytes or text that aren't in the form they have to be in. The message says what is wrong, never what was there. */
export class Malformed extends Error {
  override name = "Malformed";
  readonly form: LogForm;

  constructor(form: LogForm, what: string) {
    super(`This is no ${form}: ${what}`);
    this.form = form;
  }
}
