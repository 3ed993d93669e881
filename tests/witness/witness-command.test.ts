import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ALGORITHM, parseVerifierKey } from "../../src/transparency/verifier-key.ts";
import { SignedLog } from "../support/signed-log.ts";
import { runProgram, runWitness, startWitness } from "../support/witness-process.ts";

const root = mkdtempSync(join(tmpdir(), "verification-platform-witness-"));
const log = new SignedLog("log.example/queries").grow(10);
afterAll(() => rmSync(root, { recursive: true }));

describe("bin/witness", () => {
  test("§4(1)5 makes a key that only its owner may read, and says by which others know it", async () => {
    const directory = join(root, "w1");
    const { exitCode, lines } = await runWitness(directory, "init", "--name", "ethics.example/w1", "--log", log.verifierKey);
    expect(exitCode).toBe(0);
    expect(parseVerifierKey(lines.at(-1) ?? "")).toMatchObject({ name: "ethics.example/w1", algorithm: ALGORITHM.cosignature });
    expect(statSync(join(directory, "witness.pem")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await runWitness(directory, "init", "--name", "ethics.example/w1")).toMatchObject({ exitCode: 1 });
    expect((await runWitness(directory, "show")).lines).toEqual([
      "log.example/queries",
      `  believes ${log.verifierKey}`,
      "  nothing cosigned yet",
      `${lines.at(-1)} watches 1 logs, and has refused 0 checkpoints that a log had signed.`,
    ]);
  });

  test("§4(1)5 needs nothing but the program's own files and Node", async () => {
    const [copy, directory] = [join(root, "copy"), join(root, "w2")];
    for (const folder of ["bin", "src"]) cpSync(join(import.meta.dirname, "../..", folder), join(copy, folder), { recursive: true });
    cpSync(join(import.meta.dirname, "../../package.json"), join(copy, "package.json"));
    const program = join(copy, "bin/witness.ts");
    await runProgram(program, directory, ["init", "--name", "ethics.example/w2", "--log", log.verifierKey]);
    const witness = await startWitness(directory, 0, program);
    expect(await witness.post(await log.request(0))).toMatchObject({ status: 200 });
    expect(await witness.stop()).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/ 200 log\.example\/queries 10\nThe witness has stopped\.\n$/),
    });
  });

  test.each([
    [[], "Usage: node bin/witness.ts"],
    [["watch"], "Usage: node bin/witness.ts"],
    [["add-log"], "Usage: node bin/witness.ts"],
    [["init"], "--name NAME"],
    [["init", "--name", "two words"], "without spaces"],
    [["serve"], "holds no witness yet"],
    [["serve", "--unknown"], "--unknown"],
  ])("§4(1)5 answers %j with what to do", async (argv, sentence) => {
    const { exitCode, error } = await runWitness(join(root, "w3"), ...argv);
    expect(exitCode).toBe(1);
    expect(error).toContain(sentence);
  });

  test("§4(1)5 makes nothing when it is told of a log that is none, and is set up with the next word", async () => {
    const init = (key: string) => runWitness(join(root, "w5"), "init", "--name", "ethics.example/w5", "--log", key);
    expect(await init("banana")).toMatchObject({ exitCode: 1, error: expect.stringContaining("verifier key") });
    expect(await init(log.verifierKey)).toMatchObject({ exitCode: 0 });
  });

  test("§4(1)5 takes as a log's key no other kind of key", async () => {
    const own = (await runWitness(join(root, "w4"), "init", "--name", "ethics.example/w4")).lines.at(-1) ?? "";
    expect(await runWitness(join(root, "w4"), "add-log", own)).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining("plain Ed25519"),
    });
    const mistyped = log.verifierKey.replace("log.", "lug.");
    expect(await runWitness(join(root, "w4"), "add-log", mistyped)).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining("copied wrongly"),
    });
  });

  test("§4(1)5 has its help", async () => {
    expect((await runWitness(root, "--help")).lines[0]).toContain("Usage: node bin/witness.ts");
  });
});
