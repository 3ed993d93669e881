import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Files below some folders that hold one of several byte strings, found as a thief of the disk would: as root reads them, whatever they are.
 * Files that vanish meanwhile are passed over.
 * @param since only files written to after this moment
 */
export function filesHolding(folders: readonly string[], needles: readonly Uint8Array[], since: Date): string[] {
  const found = execFileSync("find", [...folders, "-xdev", "-type", "f", "-newermt", since.toISOString(), "-print0"], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 << 20,
  });
  const pattern = needles.map((bytes) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")).join("|");
  const files = found.toString().split("\0").filter(Boolean);
  const holding: string[] = [];
  for (let start = 0; start < files.length; start += 500) {
    holding.push(...grep(pattern, files.slice(start, start + 500)));
  }
  return holding;
}

function grep(pattern: string, files: readonly string[]): string[] {
  try {
    return execFileSync("grep", ["-alP", "--", pattern, ...files], {
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    })
      .toString()
      .split("\n")
      .filter(Boolean);
  } catch (error) {
    // 1: none holds it; 2: a file vanished, and what was found stands in the output all the same.
    return String((error as { stdout?: Buffer }).stdout ?? "")
      .split("\n")
      .filter(Boolean);
  }
}

/** Bytes that a running process has caused to be written to files, since it began (Linux). */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

/** Plain files that a running process holds open to write to (Linux). */
export function filesOpenForWriting(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "0", 8);
      return path.startsWith("/") && !path.startsWith("/dev/") && (flags & 3) !== 0 ? [path] : [];
    } catch {
      return [];
    }
  });
}
