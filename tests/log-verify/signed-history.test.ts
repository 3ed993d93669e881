import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { monthOfEntry, timeOfEntryId } from "../../src/domain/query-log-form.ts";
import { cosign } from "../../src/transparency/cosignature.ts";
import { formatNote, parseNote } from "../../src/transparency/note.ts";
import {
  ENTRIES,
  insertCopy,
  logSigner,
  makeSigner,
  named,
  publishCheckpoint,
  rewriteZip,
  startSignedLog,
  verifyLog,
  witness,
} from "../support/log-export.ts";

let log: Awaited<ReturnType<typeof startSignedLog>>;
beforeAll(async () => {
  log = await startSignedLog();
});
afterAll(() => log.close());
beforeEach(() => log.restore());

describe("a good export", () => {
  test("§4(1)5 is well: witness, earlier checkpoint and receipt too", async () => {
    const { path, said } = await log.folder.exportLog(log.api.database.workerUrl);
    expect(said).toMatch(new RegExp(`^Wrote ${ENTRIES} entries of a log of ${ENTRIES} to .*: \\d+ bytes, SHA-256 [0-9a-f]{64}\\.$`));
    const given = ["--witness", witness.verifierKey, "--checkpoint", log.early, "--receipt", log.receipt];
    const { code, report } = await verifyLog(path, ...given);
    expect(report.findings).toEqual([]);
    expect(code).toBe(0);
    expect(report).toMatchObject({ ok: true, entries: ENTRIES, size: ENTRIES, disposed: 0, remarks: [] });
    expect(report.checkpoints?.map(({ size }) => size).toSorted()).toEqual([301, 301, ENTRIES, ENTRIES]);
  });

  test("§4(1)5 needs no more than the role that reads the log may read", async () => {
    expect((await verifyLog((await log.folder.exportLog(log.api.database.logReaderUrl)).path)).code).toBe(0);
  });

  test("§4(1)5 ends at the newest checkpoint, whatever was appended since", async () => {
    await log.pool.query(`${insertCopy(ENTRIES, 3)}; update log_head set size = ${ENTRIES + 1}`);
    const { code, report } = await verifyLog((await log.folder.exportLog(log.api.database.workerUrl)).path);
    expect([code, report.entries]).toEqual([0, ENTRIES]);
  });

  test("§4(2)5 of one month has that month's bundles, and one more on each side", async () => {
    const month = monthOfEntry(timeOfEntryId(log.idOf.get(0) ?? ""));
    const { path } = await log.folder.exportLog(log.api.database.workerUrl, "--from", month, "--until", month);
    expect((await verifyLog(path, "--checkpoint", log.early)).report).toMatchObject({ ok: true, entries: ENTRIES });
    const empty = await verifyLog((await log.folder.exportLog(log.api.database.workerUrl, "--until", "2020-01")).path);
    expect(empty.report).toMatchObject({ ok: true, entries: 256, size: ENTRIES });
    const missed = await verifyLog(
      (await log.folder.exportLog(log.api.database.workerUrl, "--until", "2020-01")).path,
      "--checkpoint",
      log.early,
    );
    expect([missed.code, named(missed.report)]).toEqual([1, ["not-covered"]]);
  });

  test("§4(1)5 §4(2)5 of one month shows what a witness cosigned, also where the witness is behind and its entries aren't there", async () => {
    const { text, signatures } = parseNote(readFileSync(log.early, "utf8"));
    const note = formatNote({ text, signatures: [...signatures, cosign(text, witness, 1_795_500_000)] });
    await log.pool.query("update log_cosignature set tree_size = 301, signed_note = $1", [note]);
    const { path } = await log.folder.exportLog(log.api.database.workerUrl, "--until", "2020-01");
    const given = ["--witness", witness.verifierKey];
    expect((await verifyLog(path, ...given)).report).toMatchObject({ ok: true, entries: 256, findings: [] });
    rewriteZip(path, (files) =>
      files.map((file) => (file.name === "tile/0/001" ? { ...file, data: Buffer.from(file.data.map((byte) => byte ^ 1)) } : file)),
    );
    expect(named((await verifyLog(path, ...given)).report)).toEqual(["tile-changed 256", "not-covered"]);
  });
});

describe("another history is found by what was signed before", () => {
  const rewrite =
    "update query_log set entry = convert_to(replace(convert_from(entry, 'utf8'), 'V01', 'V02'), 'utf8') where leaf_index = 300";

  test("§4(1)5 a rewritten tree without the log's key: it isn't the signed one", async () => {
    const { code, report } = await log.verifyAfter(
      `${rewrite}; update log_tile set hashes = overlay(hashes placing (select sha256('\\x00'::bytea || entry) from query_log where leaf_index = 300) from 1 + 32 * 44) where level = 0 and tile_index = 1`,
    );
    expect([code, named(report)]).toEqual([1, ["columns-differ 300", "tree-changed 256", "fork 0"]]);
  });

  test("§4(1)5 a fork signed with the log's own key", async () => {
    await log.pool.query(
      `${rewrite}; update query_log set operation_code = 'V02', leaf_hash = sha256('\\x00'::bytea || entry) where leaf_index = 300`,
    );
    await log.pool.query("set session_replication_role = replica");
    await log.pool.query("delete from log_tile; delete from log_checkpoint; delete from log_cosignature; reset session_replication_role");
    await publishCheckpoint(log.pool);
    const { path } = await log.folder.exportLog(log.api.database.workerUrl);
    expect((await verifyLog(path)).report).toMatchObject({ ok: true, remarks: [expect.stringContaining("rests on its own key alone")] });
    const { code, report } = await verifyLog(path, "--checkpoint", log.early);
    expect([code, named(report)]).toEqual([1, ["fork 0"]]);
    const { report: byReceipt } = await verifyLog(path, "--receipt", `${"0".repeat(64)}@300`);
    expect(named(byReceipt)).toEqual(["receipt 300"]);
  });

  test("§4(1)5 a restored old backup is a rollback", async () => {
    const late = log.folder.path("late.note");
    writeFileSync(late, await publishCheckpoint(log.pool));
    const { code, report } = await log.verifyAfter(
      "delete from query_log where leaf_index >= 301; update log_head set size = 301; delete from log_checkpoint where tree_size > 301; delete from log_cosignature; delete from log_tile where tile_index > 1; update log_tile set hashes = substring(hashes for 32 * 45) where level = 0 and tile_index = 1; update log_tile set hashes = substring(hashes for 32) where level = 1",
      "--checkpoint",
      late,
    );
    expect([code, named(report)]).toEqual([1, ["rollback"]]);
  });

  test("§4(1)5 an unknown signer, a witness that hasn't cosigned, another log's checkpoint", async () => {
    const { path } = await log.folder.exportLog(log.api.database.workerUrl);
    const stranger = makeSigner(logSigner.name);
    expect(named((await verifyLog(path, "--key", stranger.verifierKey)).report)).toEqual(["signature"]);
    const other = makeSigner("other.example.invalid", 4);
    expect(named((await verifyLog(path, "--witness", other.verifierKey)).report)).toEqual(["not-cosigned"]);
    const { path: cosigned } = await log.folder.exportLog(log.api.database.workerUrl);
    rewriteZip(cosigned, (files) =>
      files.map((file) => {
        if (file.name !== "checkpoint") return file;
        const { text } = parseNote(file.data.toString());
        return { ...file, data: Buffer.from(formatNote({ text, signatures: [cosign(text, witness, 1_795_500_000)] })) };
      }),
    );
    expect(named((await verifyLog(cosigned, "--witness", witness.verifierKey)).report)).toEqual(["signature"]);
    const foreign = log.folder.path("foreign.note");
    writeFileSync(foreign, "other/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— other/log AAAAAAAA\n");
    expect(named((await verifyLog(path, "--checkpoint", foreign)).report)).toEqual(["signature"]);
  });
});
