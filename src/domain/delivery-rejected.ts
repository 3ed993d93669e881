import type { RejectionCode } from "./dataset-import.ts";

/** A delivered file is not what it has to be; it is rejected whole. Never a passing failure: another try with the same bytes ends the same way. */
export class DeliveryRejected extends Error {
  override name = "DeliveryRejected";
  readonly code: RejectionCode;

  constructor(code: RejectionCode) {
    super(`The delivery is rejected: ${code}.`);
    this.code = code;
  }
}
