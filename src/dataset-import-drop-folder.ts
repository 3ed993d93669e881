import { isUtf8 } from "node:buffer";
import type { Stats } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inboxFolder } from "./activities/dataset-import-place.ts";
import { claimDelivery, isDeliveryName, isTakenAside, manifestOwner } from "./adapters/delivery-folder.ts";
import { eachByItself } from "./adapters/each-by-itself.ts";
import { look } from "./adapters/file-state.ts";
import type { WorkerContext } from "./context.ts";

/** A file that nobody has written to for this long is taken to be complete; one that was renamed into the folder is older already. */
const SETTLED_AFTER = 2000;
/** What is no delivery, and that nobody has written to for this long, is not becoming one: whoever put it there has to hear of it. */
const STRANDED_AFTER = 300_000;

/** Why something in the drop folder is never taken. */
type Obstacle = "name-not-utf-8" | "not-a-delivery-name" | "not-a-file" | "empty-file";

interface SeenFile {
  readonly bytes: number;
  readonly changedAt: number;
  /** When it was first seen like this. */
  readonly since: number;
}

/**
 * Claims the complete files of the drop folder, each time it is called, and tells once, by a code and no name, about each that can't be taken.
 * @clause 4(1)1
 */
export function dropFolderClaims({ config, logger, randomId }: WorkerContext): () => Promise<void> {
  const seen = new Map<string, SeenFile>();
  /** What has been told about which name. */
  const told = new Map<string, string>();

  function tell(name: string, code: string, message: string): void {
    if (told.get(name) !== code) logger.warn({ code }, message);
    told.set(name, code);
  }

  function isSettled(name: string, { size, mtimeMs }: Stats): boolean {
    const before = seen.get(name);
    const unchanged = before !== undefined && before.bytes === size && before.changedAt === mtimeMs;
    const file: SeenFile = unchanged ? before : { bytes: size, changedAt: mtimeMs, since: Date.now() };
    seen.set(name, file);
    return Date.now() - file.since >= SETTLED_AFTER || Date.now() - mtimeMs >= SETTLED_AFTER;
  }

  return async () => {
    // As bytes: a name in Big5, read as UTF-8, leads to no file.
    const names = new Map((await readdir(config.dropDirectory, { encoding: "buffer" })).map((name) => [name.toString("latin1"), name]));
    for (const known of [seen, told]) for (const name of known.keys()) if (!names.has(name)) known.delete(name);

    async function lookAfter([key, name]: readonly [string, Buffer]): Promise<void> {
      const found = await look(Buffer.concat([Buffer.from(join(config.dropDirectory, "/")), name]));
      if (found === undefined || isCompanion(name.toString(), (owner) => names.has(Buffer.from(owner).toString("latin1")))) return;
      const obstacle = obstacleOf(name, found);
      if (obstacle === undefined) {
        if (!isSettled(key, found)) return;
        await claimDelivery(join(config.dropDirectory, name.toString()), inboxFolder(config, randomId()), { deliveredBy: "drop-folder" });
      } else if (Date.now() - found.mtimeMs >= STRANDED_AFTER) {
        tell(key, obstacle, "something lies in the drop folder that is no delivery and is never taken");
      }
    }
    await eachByItself(names, lookAfter, ([key], code) =>
      tell(key, code, "a file in the drop folder can't be taken, since it could not be destroyed; trying again"),
    );
  };
}

/** Whether something lies there because of a delivery: its manifest, or the delivery itself while it is copied. */
function isCompanion(name: string, isThere: (name: string) => boolean): boolean {
  const owner = manifestOwner(name);
  return isTakenAside(name) || (owner !== undefined && isThere(owner));
}

function obstacleOf(name: Buffer, found: Stats): Obstacle | undefined {
  if (!isUtf8(name)) return "name-not-utf-8";
  if (!isDeliveryName(name.toString())) return "not-a-delivery-name";
  if (!found.isFile()) return "not-a-file";
  return found.size === 0 ? "empty-file" : undefined;
}
