import type { RejectionCode } from "./dataset-import.ts";
import type { BadRow } from "./dataset-import-row.ts";

/** A delivered file is not what it has to be; it is rejected whole. Never a passing failure: another try with the same bytes ends the same way. */
export class DeliveryRejected extends Error {
  override name = "DeliveryRejected";
  readonly code: RejectionCode;
  /** The first of the lines that are to blame. */
  readonly lines: readonly BadRow[];

  constructor(code: RejectionCode, lines: readonly BadRow[] = []) {
    super(`The delivery is rejected: ${code}.`);
    this.code = code;
    this.lines = lines;
  }
}
