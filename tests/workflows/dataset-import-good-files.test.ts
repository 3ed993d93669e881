import { existsSync, readdirSync } from "node:fs";
import { createMessage, encrypt, enums, readKey, readPrivateKey } from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKeyPair } from "../../src/adapters/openpgp-keys.ts";
import { birthDateKey, nameKey, personKeys } from "../../src/adapters/subject-keys.ts";
import { normaliseName } from "../../src/domain/person-name.ts";
import { householdFile, type MadeUpRow, madeUpRows, manifestOf, sourceFile } from "../support/delivery.ts";
import { atTime } from "../support/gnupg.ts";
import { CIVIL_AFFAIRS, createImportPlatform, type ImportPlatform, STANDING } from "../support/import-platform.ts";

let platform: ImportPlatform;
beforeAll(async () => {
  platform = await createImportPlatform();
  await platform.startWorker();
});
afterAll(() => platform.remove());

/** Delivers a file of people that no other file holds, and expects them to answer afterwards, and nothing to be left. */
async function expectImported(seal: (rows: MadeUpRow[]) => Promise<Uint8Array> | Uint8Array, seed: number): Promise<string> {
  const rows = madeUpRows(40, seed);
  const handle = await platform.deliver(await seal(rows));
  expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 40, badRows: 0, asOf: "2026-11-01", keyKind: "standing" });
  expect(await platform.rowsOf(1)).toBe(40);
  for (const { nationalId } of rows) expect(await platform.knows(nationalId)).toBe(true);
  expect(await platform.record(handle.importId)).toMatchObject({ stage: "imported", rowsRead: 40 });
  expect(readdirSync(platform.context.config.inboxDirectory)).toEqual([]);
  return handle.importId;
}

describe("a good file", () => {
  test.each([
    ["UTF-8", {}],
    ["UTF-8 with a byte order mark", { encoding: "utf-8-bom" }],
    ["Big5", { encoding: "big5" }],
    ["CRLF", { newline: "\r\n" }],
    ["quoted fields", { quoted: true }],
    ["quoted fields with CRLF in Big5", { quoted: true, newline: "\r\n", encoding: "big5" }],
    ["an English header", { header: "national_id,name,birth_date,indigenous" }],
  ] as const)("§4(1)3 in %s is imported and destroyed", async (title, style) => {
    await expectImported((rows) => platform.seal(householdFile(rows, style)), 10 + title.length);
  });

  test.each([
    ["uncompressed", ["--compress-algo", "none"]],
    ["ZIP", ["--compress-algo", "zip"]],
    ["ZLIB", ["--compress-algo", "zlib"]],
    ["BZIP2", ["--compress-algo", "bzip2"]],
    ["armored", ["--armor"]],
    ["with a hidden recipient", ["--throw-keyids"]],
    ["with AES-128 and SHA-256", ["--cipher-algo", "AES128", "--digest-algo", "SHA256"]],
  ])("§4(1)1 from GnuPG, %s, is imported", async (title, options) => {
    await expectImported((rows) => platform.seal(householdFile(rows), ...options), 100 + title.length);
  });

  test("§4(1)1 signed with an RSA key is imported", async () => {
    platform.gnupg.makeKey("rsa@example.test", "rsa3072");
    await platform.keyFolder.trust("civil-affairs", platform.gnupg.exportKey("rsa@example.test"));
    await expectImported(
      (rows) =>
        platform.gnupg.run(householdFile(rows), ...atTime(platform.nextTime()), "-u", "rsa@example.test", "-r", STANDING, "-s", "-e"),
      200,
    );
  });

  test.each(["gcm", "ocb", "eax"] as const)("§4(1)1 from openpgp.js with AEAD (%s) is imported", async (aead) => {
    const { standing } = await platform.keyFolder.platformKeys();
    await expectImported(
      async (rows) =>
        encrypt({
          message: await createMessage({ binary: new Uint8Array(householdFile(rows)) }),
          sessionKey: { data: crypto.getRandomValues(new Uint8Array(32)), algorithm: "aes256", aeadAlgorithm: aead },
          encryptionKeys: await readKey({ armoredKey: standing }),
          signingKeys: await readPrivateKey({ armoredKey: platform.gnupg.exportPrivateKey(CIVIL_AFFAIRS) }),
          date: new Date(platform.nextTime()),
          format: "binary",
          config: { aeadProtect: true, preferredAEADAlgorithm: enums.aead[aead] },
        }),
      300 + ["gcm", "ocb", "eax"].indexOf(aead),
    );
  });

  test("§4(1)1 signed with a version 6 key is imported", async () => {
    const sender = await createKeyPair({ name: "version six", version: 6, createdAt: new Date(Date.now() - 10 * 86_400_000) });
    await platform.keyFolder.trust("civil-affairs", sender.publicKey);
    const { standing } = await platform.keyFolder.platformKeys();
    await expectImported(
      async (rows) =>
        encrypt({
          message: await createMessage({ binary: new Uint8Array(householdFile(rows)) }),
          encryptionKeys: await readKey({ armoredKey: standing }),
          signingKeys: await readPrivateKey({ armoredKey: sender.privateKey }),
          date: new Date(platform.nextTime()),
          format: "binary",
        }),
      400,
    );
  });

  test("§4(1)1 with its manifest beside it is imported", async () => {
    const data = householdFile(madeUpRows(25, 500), { manifest: "none" });
    const sha256 = /sha256=(\w+)/.exec(manifestOf(data, 25, {}))?.[1];
    const handle = await platform.deliver(platform.seal(data), {
      datasetCode: "household",
      manifest: JSON.stringify({ dataset: "household", asOf: "2026-11-01", rows: 25, sha256 }),
    });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 25 });
  });

  test("§2(4) of a list dataset is imported with its validity", async () => {
    const [first, second] = madeUpRows(2, 600);
    const list = sourceFile(
      [
        [first?.nationalId ?? "", "1130101", ""],
        [second?.nationalId ?? "", "", "115/12/31"],
      ],
      { dataset: "elderly-living-alone" },
    );
    const handle = await platform.deliver(platform.seal(list), { name: "elderly-living-alone.gpg" });
    expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 2 });
    expect(await platform.knows(first?.nationalId ?? "", 2)).toBe(true);
    const { rows } = await platform.context.pool.query(
      "select valid_from::text, valid_until::text from subject_record where dataset_id = 2 order by valid_from nulls last",
    );
    expect(rows).toEqual([
      { valid_from: "2024-01-01", valid_until: null },
      { valid_from: null, valid_until: "2026-12-31" },
    ]);
  });
});

describe("what is stored", () => {
  test("§4(1)4 is keyed hashes of the normalised fields, with variants and unreadable positions", async () => {
    const [plain, variant, unreadable] = madeUpRows(3, 700) as [MadeUpRow, MadeUpRow, MadeUpRow];
    const rows = [plain, { ...variant, name: "林台生" }, { ...unreadable, name: "林?花" }];
    // A pair of bytes that is private use in code page 950: what it shows depends on the font of the office that typed it.
    const data = Buffer.from(
      householdFile(rows, { encoding: "big5", manifest: "none" }).toString("latin1").replace("?", "\u00fa\u0040"),
      "latin1",
    );
    const handle = await platform.deliver(platform.seal(Buffer.concat([data, Buffer.from(`${manifestOf(data, 3, {})}\n`)])));
    expect(await handle.result()).toMatchObject({ imported: true });
    const stored = (await platform.context.pool.query("select * from subject_record where dataset_id = 1")).rows;
    const of = ({ nationalId }: MadeUpRow) => {
      const keys = personKeys(platform.context.keyStore.index.current, nationalId);
      return { keys, row: stored.find((row) => row.subject_key.toString("hex") === keys.subjectKey) };
    };
    expect(of(plain).row.birth_date_key.toString("hex")).toBe(birthDateKey(of(plain).keys, "1931-01-01"));
    expect(of(plain).row).toMatchObject({ name_variant_key: null, unreadable_positions: null, indigenous: true });
    expect(of(variant).row.name_variant_key.toString("hex")).toBe(nameKey(of(variant).keys, normaliseName("林台生").folded));
    expect(of(unreadable).row.name_key.toString("hex")).toBe(nameKey(of(unreadable).keys, "林■花"));
    expect(of(unreadable).row.unreadable_positions).toBe("2");
  });

  test("§4(4) the generation that was replaced is dropped and certified", async () => {
    const first = await expectImported((rows) => platform.seal(householdFile(rows)), 800);
    await expectImported((rows) => platform.seal(householdFile(rows)), 801);
    const certificates = await platform.certificates(first);
    expect(certificates.map(({ destroyedObject }) => destroyedObject)).toEqual(["delivery-file", "generation"]);
    const { rows } = await platform.context.pool.query(
      "select relname from pg_class where relname like 'subject_generation_%' and relkind = 'r'",
    );
    expect(rows).toHaveLength(2); // household and one list
  });
});

describe("a second copy", () => {
  test("§4(1)3 of an imported file is not imported again, and is destroyed at once", async () => {
    const file = platform.seal(householdFile(madeUpRows(10, 900)));
    expect(await (await platform.deliver(file)).result()).toMatchObject({ imported: true });
    const again = await platform.deliver(file, { name: "household-again.pgp" });
    expect(await again.result()).toMatchObject({ imported: false, rejection: { code: "already-imported" } });
    expect(await platform.certificates(again.importId)).toHaveLength(1);
    expect(existsSync(`${platform.context.config.inboxDirectory}/${again.importId}`)).toBe(false);
    const { rows } = await platform.context.pool.query("select from generation where import_id = $1", [again.importId]);
    expect(rows).toHaveLength(0);
  });

  test("§4(1)3 that arrives at the same moment is not imported twice", async () => {
    const file = platform.seal(householdFile(madeUpRows(2000, 901)));
    const handles = await Promise.all([platform.deliver(file), platform.deliver(file), platform.deliver(file)]);
    const outcomes = await Promise.all(
      handles.map(async (handle) => {
        const settled = handle.result();
        return Promise.race([settled, platform.untilQuarantined(handle).catch(() => settled)]);
      }),
    );
    expect(outcomes.filter((outcome) => "imported" in outcome && outcome.imported)).toHaveLength(1);
    expect(await platform.rowsOf(1)).toBe(2000);
  });
});

test("§4(1)1 a header may be quoted and in another order", async () => {
  const [row] = madeUpRows(1, 950) as [MadeUpRow];
  const header = `"姓名","原住民身分","統一編號","出生日期"`;
  const handle = await platform.deliver(
    platform.seal(sourceFile([[row.name, "平地", row.nationalId, "民國80年1月5日"]], { header, dataset: "household" })),
  );
  expect(await handle.result()).toMatchObject({ imported: true, rowsRead: 1 });
});
