import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeDataDirectory } from "../../src/adapters/data-directory.ts";
import { logIndexOf } from "../../src/adapters/subject-keys.ts";
import { readMachine } from "../../src/config.ts";
import { readPdf } from "../support/pdf.ts";
import { UNKNOWN_ID } from "../support/people.ts";
import { CROWD, createQueryLogPlatform, MONTH, type QueryLogPlatform, readBy, SUBJECT, secretsIn } from "../support/query-log.ts";

const COMMAND = join(import.meta.dirname, "../../bin/query-log.ts");
let platform: QueryLogPlatform;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  platform = await createQueryLogPlatform();
  const { api, directory } = platform;
  environment = { ...readMachine().inherited, DATA_DIR: directory, KEYS_DIR: api.keysDirectory, DATABASE_URL: api.database.logReaderUrl };
});
afterAll(() => platform.close());

function start(argv: readonly string[], env = environment) {
  const child = spawn(process.execPath, [COMMAND, ...argv], { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined);
  return child;
}

async function run(argv: readonly string[], { input = "", env = environment } = {}) {
  const child = start(argv, env);
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, lines: out.trim().split("\n"), error: error.trim() };
}

describe("bin/query-log", () => {
  test("§5(1) writes the month's list as a PDF for its owner alone, every entry on record page by page", async () => {
    const out = join(platform.directory, "list.pdf");
    const argv = ["record-list", "--month", MONTH, "--out", out, "--checkpoint", "log/1 42", ...readBy("dedicated-officer")];
    const { result, recorded } = await platform.openingsOf(() => run(argv));
    expect(result).toMatchObject({ code: 0, error: "" });
    expect(result.lines).toEqual([
      expect.stringMatching(new RegExp(`^Wrote ${CROWD + 4} entries to .*list.pdf \\(\\d+ pages, content SHA-256 [0-9a-f]{64}\\)\\.$`)),
    ]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const { text: content } = await readPdf(readFileSync(out));
    const plain = content.replaceAll(/[|\s]/g, "");
    for (const expected of ["log/142", "王○明", "113-社-000456", "拒絕unknown-credential", `總筆數${CROWD + 4}筆`, "U+001B"])
      expect(plain).toContain(expected);
    expect(secretsIn(content)).toEqual([]);
    expect(recorded.map(({ purpose, reference }) => `${purpose} ${reference}`)).toEqual(Array(2).fill(`record-list ${MONTH}`));
    expect(new Set(recorded.flatMap(({ entry_ids }) => entry_ids)).size).toBe(CROWD + 4);
    expect(await run(argv)).toMatchObject({ code: 1, error: expect.stringContaining("there already") });
    expect(statSync(out).size).toBeGreaterThan(10_000);
  });

  test("§4(2)5 says who asked about a person, whose ID number comes by standard input or a file", async () => {
    const idFile = join(platform.directory, "id");
    writeFileSync(idFile, `${SUBJECT.nationalId}\n`, { mode: 0o600 });
    for (const [place, argv] of [[], ["--id-file", idFile]].entries()) {
      const out = join(platform.directory, `subject-${place}.pdf`);
      const whole = ["subject-access", "--request", "115-申-17", "--out", out, ...argv, ...readBy("case-officer", "當事人申請查閱")];
      const { result, recorded } = await platform.openingsOf(() => run(whole, { input: ` ${SUBJECT.nationalId.toLowerCase()}\n` }));
      expect(result).toMatchObject({ code: 0, error: "" });
      expect(result.lines[0]).toContain("Wrote 3 entries");
      const { text: content } = await readPdf(readFileSync(out));
      const plain = content.replaceAll(/[|\s]/g, "");
      for (const expected of ["SA-115-申-17", "M10000****", "tax-042", "113-社-000123", "設籍本縣：是", "原住民身分：否", "不明"])
        expect(plain).toContain(expected);
      expect(secretsIn(content)).toEqual([]);
      expect(recorded).toMatchObject([{ purpose: "subject-access", reference: "115-申-17", entry_ids: { length: 3 } }]);
    }
  });

  test("§4(2)5 says so when nobody asked, and that too is on record", async () => {
    const out = join(platform.directory, "nobody.csv");
    const argv = ["subject-access", "--request", "115-申-18", "--out", out, ...readBy("dedicated-officer")];
    const { result, recorded } = await platform.openingsOf(() => run(argv, { input: UNKNOWN_ID }));
    expect(result.lines[0]).toContain("Wrote 0 entries");
    const subjectIndex = logIndexOf(platform.api.keyStore.logIndex, "subject", UNKNOWN_ID);
    expect(recorded).toMatchObject([{ reference: "115-申-18", question: { subjectIndex }, entry_ids: [] }]);
    expect(JSON.stringify(recorded)).not.toContain(UNKNOWN_ID);
  });

  test("§4(2)2 has put an opening on record before it shows anything, though it is killed while it shows", async () => {
    const before = (await platform.openings()).length;
    const child = start(["search", "--operator", "mass-1", "--limit", "1000", "--json", ...readBy("auditor")]);
    // Nobody reads what it prints, so it waits in the middle of printing.
    await expect.poll(async () => (await platform.openings()).length).toBe(before + 1);
    child.kill("SIGKILL");
    const printed = (await text(child.stdout)).split("\n").slice(0, -1);
    const ids = (await platform.openings()).at(-1)?.entry_ids ?? [];
    expect(ids).toHaveLength(CROWD);
    expect(printed.length).toBeLessThan(CROWD);
    for (const line of printed) expect(ids).toContain(JSON.parse(line).entryId);
  });

  test("§4(2)5 ends with 2 when entries disagree with their bytes", async () => {
    const { api, entryId } = platform;
    const change = (operator: string) =>
      api.owner.pool.query("update query_log set operator = $2 where entry_id = $1", [entryId, operator]);
    await change("tax-999");
    const { code, lines, error } = await run(["open", entryId, ...readBy("auditor")]);
    await change("tax-042");
    expect([code, error]).toEqual([2, ""]);
    expect(lines[0]).toBe(`${entryId}  columns-disagree: not shown`);
    expect(lines.at(-1)).toContain("1 of them disagree with their own bytes");
  });

  test("§4(2)2 refuses in one sentence, without what it could not read as an ID number", async () => {
    const wrong = "M123456788";
    const { code, lines, error } = await run(["search", "--id-file", "-", ...readBy("auditor")], { input: wrong });
    expect([code, lines]).toEqual([1, [""]]);
    expect(error).toMatch(/^[^\n]*\(invalid-national-id, clause 4\(2\)5\)$/);
    expect(error).not.toContain(wrong);
  });

  test("§4(2)2 finds the platform that runs from the data directory, with its role's own password, and says when none does", async () => {
    const { api, directory } = platform;
    const { DATABASE_URL: _, ...env } = environment;
    expect((await run(["search", ...readBy("auditor")], { env })).error).toContain("npm start");
    writeFileSync(join(api.keysDirectory, "database-log-reader.password"), "log-reader\n", { mode: 0o600 });
    const databaseUrl = api.database.logReaderUrl.replace(/\/\/[^@]*@/, "//");
    const taken = takeDataDirectory(directory);
    taken.announce({
      pid: process.pid,
      temporalAddress: "127.0.0.1:1",
      apiUrl: "http://127.0.0.1:1",
      consoleUrl: "http://127.0.0.1:2",
      databaseUrl,
    });
    expect((await run(["search", "--limit", "1", ...readBy("auditor")], { env })).lines.at(-1)).toContain("1 entries.");
    taken.release();
  });

  test("§4(2)2 has its help", async () => {
    const { code, lines } = await run(["--help"]);
    expect([code, lines[0]]).toEqual([0, expect.stringContaining("Usage: node bin/query-log.ts")]);
  });
});
