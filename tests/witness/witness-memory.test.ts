import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { SignedLog } from "../support/signed-log.ts";
import { runWitness, startWitness, type WitnessProcess } from "../support/witness-process.ts";

const root = mkdtempSync(join(tmpdir(), "verification-platform-witness-"));
const log = new SignedLog("log.example/queries").grow(2000);
const fork = new SignedLog(log.signer).grow(1).grow(1999, "forged");
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(root, "w-"));
  await runWitness(directory, "init", "--name", "ethics.example/w1", "--log", log.verifierKey);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Asks for the next 12 sizes, all at once. @returns those that were cosigned, as far as the witness came to say so */
async function askAtOnce(witness: WitnessProcess, from: number, onCosigned: () => void = () => undefined): Promise<number[]> {
  const sizes = Array.from({ length: 12 }, (_, more) => from + 1 + more);
  const requests = await Promise.all(sizes.map((size) => log.request(from, size)));
  const answers = await Promise.all(
    requests.map(async (body) => {
      const status = await witness.post(body).then(
        (answer) => answer.status,
        () => "killed",
      );
      if (status === 200) onCosigned();
      return status;
    }),
  );
  expect(new Set([200, 409, "killed", ...answers]).size).toBe(3);
  return sizes.filter((_, place) => answers[place] === 200);
}

const sizeOf = async (witness: WitnessProcess) => Number((await witness.post(await log.request(1, 2))).text);

describe("a witness's memory", () => {
  test("§4(1)5 lets one of many at once continue a log", async () => {
    const witness = await startWitness(directory);
    await witness.post(await log.request(0, 10));
    const cosigned = await askAtOnce(witness, 10);
    expect(cosigned).toHaveLength(1);
    expect(await sizeOf(witness)).toBe(cosigned[0]);
    await witness.stop();
  });

  test("§4(1)5 is of one mind when two processes serve from it", async () => {
    const [one, other] = await Promise.all([startWitness(directory), startWitness(directory)]);
    await one.post(await log.request(0, 10));
    const cosigned = (await Promise.all([askAtOnce(one, 10), askAtOnce(other, 10)])).flat();
    expect(cosigned).toHaveLength(1);
    await Promise.all([one.stop(), other.stop()]);
  });

  test("§4(1)5 holds every cosignature that left, whenever the process is killed, and no rollback or fork comes after it", async () => {
    let witness = await startWitness(directory);
    const { port } = witness;
    await witness.post(await log.request(0, 10));
    for (let round = 0, size = 10; round < 5; round += 1) {
      // Killed at the first cosignature, or the second, or the third …, while others are being asked for.
      let left = 1 + round;
      let killed: Promise<void> | undefined;
      let largest = size;
      while (killed === undefined) {
        const cosigned = await askAtOnce(witness, largest, () => {
          left -= 1;
          if (left === 0) killed = witness.kill();
        });
        largest = Math.max(largest, ...cosigned);
      }
      await killed;
      witness = await startWitness(directory, port);
      size = await sizeOf(witness);
      expect(size).toBeGreaterThanOrEqual(largest);
      expect(await witness.post(await log.request(largest - 1, largest - 1))).toMatchObject({ status: 409 });
      expect(await witness.post(await fork.request(size, size + 1))).toMatchObject({ status: 422 });
    }
    await witness.stop();
  });

  test("§4(1)5 stops the witness in one sentence when it is lost, damaged, or not its own", async () => {
    const file = join(directory, "witness.sqlite");
    const witness = await startWitness(directory);
    await witness.post(await log.request(0, 10));
    await witness.stop();
    const good = join(root, "good.sqlite");
    copyFileSync(file, good);

    const spoilt: Record<string, () => void> = {
      "is missing": () => rmSync(file),
      "can't be read": () => writeFileSync(file, "no database"),
      "belongs to another key": () => edit(file, "update witness set name = 'other.example/w'"),
      "hasn't cosigned": () =>
        edit(file, `update log set latest = replace(latest, char(10) || '10' || char(10), char(10) || '9' || char(10))`),
    };
    for (const [sentence, spoil] of Object.entries(spoilt)) {
      spoil();
      const { exitCode, error } = await runWitness(directory, "serve");
      expect(error).toContain(sentence);
      expect(error.split("\n")).toHaveLength(1);
      expect(exitCode).toBe(1);
      rmSync(file, { force: true });
      copyFileSync(good, file);
    }
    expect((await runWitness(directory, "show")).lines.join("\n")).toContain("10 entries");
  });

  test("§4(1)5 stops the witness that can't trust it any more while it serves, and nothing is signed", async () => {
    const witness = await startWitness(directory);
    await witness.post(await log.request(0, 10));
    edit(join(directory, "witness.sqlite"), `update log set latest = '${await log.checkpoint(9)}'`);
    expect(await witness.post(await log.request(9, 20))).toMatchObject({ status: 500 });
    const { exitCode, output } = await witness.ended;
    expect(exitCode).toBe(1);
    expect(output.trim().split("\n").at(-1)).toContain("hasn't cosigned");
  });

  test("§4(1)5 comes with a key that is the witness's alone", async () => {
    chmodSync(join(directory, "witness.pem"), 0o644);
    expect(await runWitness(directory, "serve")).toMatchObject({ exitCode: 1, error: expect.stringContaining("open to others") });
    rmSync(join(directory, "witness.pem"));
    expect(await runWitness(directory, "serve")).toMatchObject({ exitCode: 1, error: expect.stringContaining("cannot be read") });
  });
});

function edit(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}
