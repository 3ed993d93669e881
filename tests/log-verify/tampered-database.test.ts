import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { monthOfEntry, timeOfEntryId } from "../../src/domain/query-log-form.ts";
import { ENTRIES, insertCopy, named, startSignedLog } from "../support/log-export.ts";

let log: Awaited<ReturnType<typeof startSignedLog>>;
beforeAll(async () => {
  log = await startSignedLog();
});
afterAll(() => log.close());
beforeEach(() => log.restore());

describe("what a database's owner does is found by name", () => {
  test.each([
    [
      "an edited entry",
      "update query_log set entry = convert_to(replace(convert_from(entry, 'utf8'), 'noMatch', 'match'), 'utf8') where leaf_index = 299",
      ["columns-differ 299", "entry-changed 299"],
    ],
    [
      "an edited entry with columns that fit",
      "update query_log set entry = e, leaf_hash = sha256('\\x00'::bytea || e), operator = 'tax-043' from (select leaf_index as at, convert_to(replace(convert_from(entry, 'utf8'), 'tax-042', 'tax-043'), 'utf8') as e from query_log) o where at = leaf_index and leaf_index = 5",
      ["entry-changed 5"],
    ],
    ["an entry that is no text", "update query_log set entry = '\\xff00' where leaf_index = 699", ["entry-form 699", "entry-changed 699"]],
    ["a removed entry", "delete from query_log where leaf_index = 256", ["entry-missing 256"]],
    [
      "a removed entry whose place the next ones took",
      "delete from query_log where leaf_index = 690; update query_log set leaf_index = leaf_index - 1 where leaf_index > 690",
      [...Array.from({ length: 9 }, (_, place) => `entry-moved ${690 + place}`), "entry-missing 699"],
    ],
    [
      "an entry slipped in",
      `update query_log set leaf_index = leaf_index + 1 where leaf_index >= 697; ${insertCopy(697, 4)}; update log_head set size = 701`,
      ["columns-differ 697", "entry-added 697", "entry-moved 698", "entry-moved 699"],
    ],
    ["a second row in a place", insertCopy(17, 400), ["entry-added 17"]],
    ["a row beyond the log", insertCopy(12345, 400), ["entry-added 12345"]],
    ["a row before the log", insertCopy(-1, 400), ["entry-added -1"]],
    [
      "swapped entries",
      "update query_log set leaf_index = 609 - leaf_index where leaf_index in (9, 600)",
      ["entry-moved 9", "entry-moved 600"],
    ],
    [
      "a changed outcome column",
      "update query_log set outcome = 'noMatch', operator = null where leaf_index = 300",
      ["columns-differ 300"],
    ],
    [
      "a changed time column",
      "update query_log set asked_at = asked_at + interval '1 microsecond' where leaf_index = 1",
      ["columns-differ 1"],
    ],
    ["a changed leaf hash column", "update query_log set leaf_hash = sha256('x') where leaf_index = 1", ["columns-differ 1"]],
    ["a changed subject column", "update query_log set subject_index = null where leaf_index = 1", ["columns-differ 1"]],
    [
      "a changed tile of leaves",
      "update log_tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) where level = 0 and tile_index = 1",
      ["tile-changed 256"],
    ],
    [
      "a changed last tile",
      "update log_tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) where level = 0 and tile_index = 2",
      ["tile-changed 512"],
    ],
    ["a changed upper tile", "update log_tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where level = 1", ["tile-changed"]],
    ["a missing tile", "delete from log_tile where level = 0 and tile_index = 0", ["tile-missing 0"]],
    ["a missing upper tile", "delete from log_tile where level = 1", ["tile-missing"]],
    ["a short tile", "update log_tile set hashes = substring(hashes for 64) where level = 0 and tile_index = 0", ["tile-changed 0"]],
  ])("§4(1)5 %s", async (_title, statement, expected) => {
    const { code, report } = await log.verifyAfter(statement);
    expect(named(report)).toEqual(expected);
    expect(code).toBe(1);
  });

  test("§4(1)5 with the entry's id, its month and what is wrong", async () => {
    const { report, lines } = await log.verifyAfter("update query_log set entry = substring(entry for 400) where leaf_index = 42");
    const entryId = log.idOf.get(42) ?? "";
    const month = monthOfEntry(timeOfEntryId(entryId));
    for (const finding of report.findings) expect(finding).toMatchObject({ index: 42, entryId, month });
    expect(lines.join("\n")).toContain(
      `entry-changed: Entry 42 was changed: its bytes don't hash to what was signed. (entry ${entryId}, month ${month})`,
    );
  });

  test("§4(1)5 thousands of changes are counted, a hundred of a kind are named", async () => {
    const { report, lines } = await log.verifyAfter("update query_log set entry = entry || ' '::bytea");
    expect(report.counts).toEqual({ "entry-form": ENTRIES, "entry-changed": ENTRIES });
    expect(report.findings).toHaveLength(200);
    expect(lines).toContain(`… and ${2 * ENTRIES - 200} more.`);
  });
});
