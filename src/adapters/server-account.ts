import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { platform, tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Where everyone may go, for servers whose wanted folder lies under one that only root may enter. */
export const REACHABLE_PLACE = "/var/lib/verification-platform";

/** Whom a server runs as; empty: who we are. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** As root: the user `postgres`, made when there is none. Otherwise: who we are. */
export function serverAccount(): Account {
  if (platform() === "win32" || userInfo().uid !== 0) return {};
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", tmpdir(), "postgres"], { stdio: "ignore" });
    return { uid: idOf("-u"), gid: idOf("-g") };
  }
}

/** Whether the server's user may walk to a path: every folder above it lets others pass. */
export function reachable(path: string, account: Account): boolean {
  if (account.uid === undefined) return true;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid } = statSync(folder);
      if ((mode & 0o001) === 0 && uid !== account.uid) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}

/** A folder itself where its server may go to it, else one of its own in a place where it may. */
export function placeOf(wantedDirectory: string, account: Account): string {
  return reachable(wantedDirectory, account) ? resolve(wantedDirectory) : join(REACHABLE_PLACE, nameOf(wantedDirectory));
}

function nameOf(directory: string): string {
  return createHash("sha256").update(resolve(directory)).digest("hex").slice(0, 16);
}
