import { isAlreadyImported, recordReceived, recordRejection } from "../../db/queries/dataset-import.ts";
import { completeClaim, measureFile } from "../adapters/delivery-folder.ts";
import { readNote } from "../adapters/delivery-note.ts";
import type { WorkerContext } from "../context.ts";
import type { Rejection } from "../domain/dataset-import.ts";
import { hideNationalIds } from "../domain/national-id.ts";
import { withHeartbeat } from "./dataset-import-heartbeat.ts";
import { inboxFolder, locateDelivery } from "./dataset-import-place.ts";

/**
 * Puts a received file on record: name, size, hash, who delivered it. A file that has been imported before is told at once.
 * @clause 4(1)1
 */
export function receiveDelivery(context: WorkerContext, importId: string): Promise<Rejection | undefined> {
  return withHeartbeat(async () => {
    await completeClaim(inboxFolder(context.config, importId));
    const { file, folder } = await locateDelivery(context.config, importId);
    const { sha256, bytes } = await measureFile(file.path, () => undefined);
    const { deliveredBy } = await readNote(folder);
    await recordReceived(context.db, {
      importId,
      fileName: hideNationalIds(file.name),
      sha256,
      bytes,
      deliveredBy,
      receivedAt: context.now(),
    });
    if (!(await isAlreadyImported(context.db, importId, sha256))) return undefined;
    await recordRejection(context.db, importId, "already-imported", []);
    return { code: "already-imported", lines: [] };
  });
}
