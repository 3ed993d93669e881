import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { readMachine } from "../../src/config.ts";
import { nothingNames, type ProgramProcess, startProgram } from "../support/platform-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const UNIT = "civil-affairs@example.invalid";

/** What a README has one type, step by step, on the machine itself; what Compose has instead is the image's test. */
function steps(readme: string): string[] {
  const text = readFileSync(join(ROOT, readme), "utf8");
  const steps = text.slice(text.search(/^\*\*1\. /m), text.search(/^## (Read on|延伸閱讀)/m));
  return [...steps.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = ""]) => block).filter((block) => !/^(sudo|docker) /.test(block));
}

const directory = mkdtempSync(join(tmpdir(), "readme-"));
let settings: Record<string, string>;
let platform: ProgramProcess;

beforeAll(async () => {
  // Postgres' user must pass through it.
  chmodSync(directory, 0o711);
  // The commands are typed in a clone; what they write goes here.
  symlinkSync(join(ROOT, "bin"), join(directory, "bin"));
  const [port, consolePort] = [String(await freePort()), String(await freePort())];
  settings = {
    DATA_DIR: join(directory, "data"),
    PORT: port,
    CONSOLE_PORT: consolePort,
    ALLOW_PRIVATE_ADDRESSES: "true",
    GNUPGHOME: mkdtempSync(join(directory, "gnupg-")),
  };
  platform = startProgram("bin/start.ts", settings);
  await platform.said("The platform is up.");
}, 60_000);

afterAll(async () => {
  await type("gpgconf --kill all");
  platform.signal("SIGTERM");
  await platform.exited;
  await nothingNames(directory, 20_000);
  removeEmbeddedPostgres(join(directory, "data", "postgres"));
  rmSync(directory, { recursive: true });
});

/** @returns standard output */
async function type(commands: string): Promise<string> {
  const { PATH = "", ...inherited } = readMachine().inherited;
  const env = { ...inherited, ...settings, PATH: `${dirname(process.execPath)}${delimiter}${PATH}` };
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", commands], { cwd: directory, env });
  return stdout;
}

describe("the README", () => {
  test("has the same commands in both languages", () => {
    expect(steps("README.zh-TW.md")).toEqual(steps("README.md"));
  });

  test("§3(3) §4(1)3 §4(2)5 leads a newcomer from an empty platform to a proven log, typed as it stands", async () => {
    const [appoint = "", trust = "", encrypt = "", load = "", open = "", ask = "", answer = "", cutOff = "", reset = "", prove = ""] =
      steps("README.md");
    await type(appoint);
    await type(`gpg --batch --passphrase '' --quick-generate-key ${UNIT} && gpg --armor --export ${UNIT} > civil-affairs.asc`);
    await type(trust);
    await type(`node bin/make-people.ts --count 1000 > household.csv && ${encrypt}`);
    expect(await type(load)).toMatch(
      /Imported 1000 rows as of .* \(0 left out\), and destroyed the file\. The delivery key died with it\./,
    );
    const credential = /vp_[\w-]+/.exec(await type(open.replace("203.66.0.9", "127.0.0.1")))?.[0];
    expect(credential).toBeDefined();
    const here = (curl: string) =>
      `CREDENTIAL=${credential}\n${curl.replace("curl ", "curl -s ").replace(":8080", `:${settings["PORT"]}`)}`;
    const told = JSON.parse(answer.replace("\n", ""));
    // The API hears of what was just provisioned within a second; a hand takes longer to type the question.
    await expect
      .poll(async () => JSON.parse(await type(here(ask))), { timeout: 5000 })
      .toMatchObject({ subject: told.subject, answers: told.answers });
    await type(cutOff);
    await expect.poll(async () => JSON.parse(await type(here(ask)))).toMatchObject({ status: 403, code: "integration-suspended" });
    expect(await type(reset)).toContain("/console/set-up");
    expect(await type(prove)).toMatch(/\nAll is well: \d+ entries are those that .* signed/);
    expect(readFileSync(join(directory, "answer.pdf"), "latin1")).toMatch(/^%PDF-/);
  }, 240_000);
});
