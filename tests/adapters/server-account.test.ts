import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { placeOf, REACHABLE_PLACE, reachable } from "../../src/adapters/server-account.ts";

/** Nobody's account: it may go only where everybody may. */
const STRANGER = { uid: 65_533, gid: 65_533 };

let open: string;
let closed: string;

beforeAll(() => {
  open = mkdtempSync(join(tmpdir(), "server-account-"));
  chmodSync(open, 0o711);
  closed = join(open, "home");
  mkdirSync(closed, { mode: 0o700 });
});

afterAll(() => rmSync(open, { recursive: true, force: true }));

describe("where an embedded server's data lie", () => {
  test("where they are wanted, if its account may pass through every folder above", () => {
    expect(reachable(join(open, "postgres"), STRANGER)).toBe(true);
    expect(placeOf(join(open, "postgres"), STRANGER)).toBe(join(open, "postgres"));
  });

  test("in a place of its own, the same at every start, if a folder above is closed to it", () => {
    const wanted = join(closed, "clone/data/postgres");
    expect(reachable(wanted, STRANGER)).toBe(false);
    expect(placeOf(wanted, STRANGER)).toMatch(new RegExp(`^${REACHABLE_PLACE}/[0-9a-f]{16}$`));
    expect(placeOf(wanted, STRANGER)).toBe(placeOf(join(closed, "clone/../clone/data/postgres"), STRANGER));
    expect(placeOf(wanted, STRANGER)).not.toBe(placeOf(join(closed, "other/data/postgres"), STRANGER));
  });

  test("where they are wanted, if the server runs as whoever starts it", () => {
    expect(placeOf(join(closed, "data"), {})).toBe(join(closed, "data"));
  });
});
