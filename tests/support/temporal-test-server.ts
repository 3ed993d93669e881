import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { findOnPath, type Progress, runProgram, slowStep } from "../../src/adapters/slow-step.ts";
import { readMachine } from "../../src/config.ts";

const VERSION = "1.31.0";
const DOWNLOAD_LIMIT = 15_000;
const MAVEN_LIMIT = 10 * 60_000;
const POM = join(import.meta.dirname, "../../tools/temporal-test-server/pom.xml");

/**
 * Finds the time-skipping test server: in our cache, or its jars from Maven, or the SDK's download.
 * @throws Error one sentence how to get it
 */
export async function findTemporalTestServer(progress: Progress): Promise<string> {
  const folder = join(readMachine().cacheDirectory, `temporal-test-server-${VERSION}`);
  const program = join(folder, "temporal-test-server");
  if (existsSync(program)) return program;
  const partial = `${folder}.${process.pid}`;
  // The jars alone start nothing.
  if (findOnPath("java") === undefined) return download(progress, partial);
  try {
    await slowStep(`Getting the time-skipping test server ${VERSION} with Maven`, progress, () =>
      runProgram("mvn", ["-q", "-B", "-f", POM, "dependency:copy-dependencies", `-DoutputDirectory=${join(partial, "lib")}`], {
        limit: MAVEN_LIMIT,
      }),
    );
  } catch {
    return download(progress, partial);
  }
  // It must exec: the SDK ends the process that it started, not a child of it.
  writeFileSync(
    join(partial, "temporal-test-server"),
    `#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -cp "${folder}/lib/*" io.temporal.testserver.TestServer "$@"\n`,
  );
  chmodSync(join(partial, "temporal-test-server"), 0o755);
  mkdirSync(readMachine().cacheDirectory, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return program;
}

async function download(progress: Progress, partial: string): Promise<string> {
  rmSync(partial, { recursive: true, force: true });
  try {
    const environment = await slowStep("Downloading the time-skipping test server", progress, () =>
      Promise.race([
        TestWorkflowEnvironment.createTimeSkipping({
          server: { executable: { type: "cached-download", downloadDir: readMachine().cacheDirectory } },
        }),
        new Promise<never>((_, reject) => setTimeout(() => reject(new Error("too slow")), DOWNLOAD_LIMIT)),
      ]),
    );
    await environment.teardown();
    return "cached-download";
  } catch {
    throw new Error(
      "The time-skipping test server can't be had: install Maven and Java 17 or newer, or open the network for the SDK's download.",
    );
  }
}
