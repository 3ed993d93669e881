import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { removeEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { createSupplier, type Supplier } from "../../src/adapters/openpgp-supplier.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { peopleFile } from "../../src/people/people-file.ts";
import { nothingNames, type ProgramProcess, processesNaming, runProgram, startProgram } from "../support/platform-process.ts";

// One story on one data folder: each test goes on where the one before stopped.
const directory = mkdtempSync(join(tmpdir(), "start-"));
// A name that servers could take for a list, or for a part of a URI.
const dataDirectory = join(directory, "資料, 50%20#1?x=1");
const asOf = taipeiDate(Date.now());
let settings: Record<string, string>;
let url: string;
let consoleUrl: string;
let platform: ProgramProcess;
let supplier: Supplier;

beforeAll(async () => {
  // Postgres' user must pass through it.
  chmodSync(directory, 0o711);
  const port = String(await freePort());
  const consolePort = String(await freePort());
  settings = { DATA_DIR: dataDirectory, PORT: port, CONSOLE_PORT: consolePort, WORKFLOW_BUNDLE: inject("workflowBundle") };
  consoleUrl = `http://127.0.0.1:${consolePort}`;
  url = `http://127.0.0.1:${port}`;
  supplier = await createSupplier("civil-affairs (made up) <civil-affairs@example.invalid>");
});
afterAll(async () => {
  platform.signal("SIGKILL");
  supplier.close();
  await nothingNames(directory, 20_000);
  removeEmbeddedPostgres(join(dataDirectory, "postgres"));
  rmSync(directory, { recursive: true });
});

async function up(more: Readonly<Record<string, string>> = {}): Promise<void> {
  platform = startProgram("bin/start.ts", { ...settings, ...more });
  await platform.said("The platform is up.");
}

/** Runs one of the platform's commands; it must succeed. */
async function command(script: string, ...args: string[]): Promise<string> {
  const { code, output } = await runProgram(script, settings, args);
  expect(code, output).toBe(0);
  return output;
}

const integration = (step: string, account: string, role: string, ...more: string[]) =>
  command("bin/integration.ts", step, "115-1", "--as", account, "--role", role, "--reason", "低收入戶資格審查", ...more);

async function gone(): Promise<void> {
  await nothingNames(dataDirectory, 2000);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
}

describe("npm start", () => {
  test("comes up from an empty folder, and answers", async () => {
    await up();
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/docs"]) expect((await fetch(url + path)).status, path).toBe(200);
    expect(platform.output()).toContain(`console: ${consoleUrl}/console`);
    const page = await fetch(`${consoleUrl}/console`);
    expect([page.status, page.url, await page.text()]).toEqual([200, `${consoleUrl}/console/log-in`, expect.stringContaining("登入")]);
    expect(((await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string }).openapi).toBe("3.1.0");
  }, 60_000);

  test("§3(1) has people appointed, who may act from then on", async () => {
    for (const [account, duty] of [
      ["hung.case", "caseOfficer"],
      ["lin.manager", "manager"],
      ["wu.officer", "dedicatedOfficer"],
    ] as const)
      await command("bin/appoint.ts", "appoint", account, "--duty", duty, "--as", "chief", "--reason", "府函");
    const elsewhere = join(directory, "other-keys");
    const { code, output } = await runProgram("bin/appoint.ts", { ...settings, KEYS_DIR: elsewhere }, ["list"]);
    expect([code, output, existsSync(elsewhere)]).toEqual([1, expect.stringContaining("set KEYS_DIR to the key folder"), false]);
  }, 20_000);

  test("runs once on a folder, and says so to a second start", async () => {
    const second = await runProgram("bin/start.ts", { ...settings, PORT: String(await freePort()) });
    expect(second).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^A platform already runs on .* \(process \d+, http.*\): stop it first.*$/),
    });
  });

  test("§4(1)5 finds its log for whoever exports it from the same folder", async () => {
    const args = ["--out", join(directory, "log.zip"), "--as", "chief", "--reason", "府函"];
    const { output } = await runProgram("bin/export-log.ts", settings, args);
    expect(output).toMatch(/The log has no signed checkpoint yet|Wrote 0 entries/);
  });

  test("§3(3) §4(1)3 is stopped by SIGTERM, however often it comes at once, and leaves nothing running", async () => {
    const [from, until] = [asOf, asOf];
    await integration(
      ...(["apply", "chen.applicant", "applicant", "--agency-code", "social-affairs", "--agency", "社會及勞動處"] as const),
      ...["--system", "社會福利資格審查系統", "--legal-basis", "社會救助法第10條", "--purpose", "低收入戶資格審查"],
      ...["--contact", "社會救助科", "--check", "resident", "--address", "203.66.0.9", "--from", from, "--until", until],
    );
    writeFileSync(join(directory, "unit.asc"), supplier.publicKey);
    const by = ["--dataset", "household", "--as", "wu.officer", "--reason", "府函"];
    await command("bin/dataset.ts", "trust", "--key", join(directory, "unit.asc"), ...by);
    await command("bin/delivery-key.ts", "issue", "--out", join(directory, "delivery.asc"), ...by);
    const again = await runProgram("bin/delivery-key.ts", settings, ["issue", "--out", join(directory, "delivery.asc"), ...by]);
    expect(again).toEqual({ code: 1, output: expect.stringContaining("is there already: give --out another name.") });
    expect(await command("bin/delivery-key.ts", "list")).toContain("1 delivery keys.");
    expect(statSync(join(dataDirectory, "temporal.db")).mode & 0o777).toBe(0o600);
    // As a terminal and npm together hand on one Ctrl-C.
    platform.signal("SIGTERM");
    platform.signal("SIGTERM");
    expect(await platform.exited).toEqual({ code: 0, signal: null });
    expect(platform.output().trim().split("\n").at(-1)).toBe("The platform has stopped; npm start goes on where it was.");
    await gone();
  }, 60_000);

  test("§3(3) goes on with an application that was open; logs errors only when told so", async () => {
    await up({ LOG_LEVEL: "error" });
    expect(platform.output()).not.toContain('"level":30');
    await integration("check", "hung.case", "case-officer");
    await integration("approve", "lin.manager", "manager");
    const appointed = await command(
      "bin/appoint.ts",
      ...["appoint", "chen.auditor", "--duty", "auditor"],
      ...["--as", "chief", "--reason", "府函"],
    );
    expect(appointed.split("\n").at(-1)).toContain("chen.auditor is appointed auditor");
  }, 60_000);

  test("§4(1)3 kill -9 in the middle of an import leaves nothing running", async () => {
    const people = peopleFile({ dataset: "household", count: 200_000, seed: 1, asOf, encoding: "utf-8", header: "zh", manifest: "line" });
    await supplier.deliver(people, readFileSync(join(directory, "delivery.asc"), "utf8"), join(dataDirectory, "drop", "household.csv.pgp"));
    await expect.poll(() => processesNaming(dataDirectory).some((line) => line.includes("load-process"))).toBe(true);
    platform.signal("SIGKILL");
    expect((await platform.exited).signal).toBe("SIGKILL");
  }, 30_000);

  test("§3(3) §4(1)3 comes up at once after kill -9, ends the import, and goes on with the application", async () => {
    await up();
    await integration("provision", "wu.officer", "dedicated-officer");
    const day = Date.parse(`${asOf}T00:00:00+08:00`) / 1000;
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    await expect.poll(metrics).toContain(`dataset_as_of_timestamp_seconds{dataset="household"} ${day}\n`);
    platform.signal("SIGINT");
    expect(await platform.exited).toEqual({ code: 0, signal: null });
    await gone();
  }, 90_000);

  test("kill -9 leaves nothing running after seconds; so does a stop on the way up", async () => {
    await up();
    platform.signal("SIGKILL");
    // A worker does not wait for servers that have gone with what started it.
    await nothingNames(dataDirectory, 10_000);
    platform = startProgram("bin/start.ts", settings);
    await platform.said("Postgres: data in");
    platform.signal("SIGTERM");
    expect(await platform.exited).toEqual({ code: 0, signal: null });
    await gone();
  }, 120_000);
});
