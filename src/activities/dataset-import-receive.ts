import { isAlreadyImported, isAnsweredFor, recordReceived, recordRejection } from "../../db/queries/dataset-import.ts";
import { completeClaim, measureFile } from "../adapters/delivery-folder.ts";
import { readNote } from "../adapters/delivery-note.ts";
import type { WorkerContext } from "../context.ts";
import type { Rejection } from "../domain/dataset-import.ts";
import { hideNationalIds } from "../domain/national-id.ts";
import { inboxFolder, locateDelivery } from "./dataset-import-place.ts";
import { withHeartbeat } from "./heartbeat.ts";

/**
 * Puts a received file on record: name, size, hash, who delivered it. A file that has been imported before is told at once, and so is one that
 * nobody in office delivered.
 * @clause 3(1)
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
    const code = (await isAlreadyImported(context.db, importId, sha256))
      ? "already-imported"
      : (await isAnsweredFor(context.db, importId))
        ? undefined
        : "not-in-office";
    if (code === undefined) return undefined;
    await recordRejection(context.db, importId, code, []);
    return { code, lines: [] };
  });
}
