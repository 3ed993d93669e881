import { describe, expect, test } from "vitest";
import { requireIdleMinutes, sessionEnd } from "../../src/domain/session.ts";
import { ruleBroken } from "../support/integration.ts";

const MINUTE = 60_000;

describe("sessions", () => {
  test("§4(2)4 end after the idle time, and in any case after ten hours", () => {
    expect(sessionEnd({ beganAt: 0, lastSeenAt: 0 }, 15)).toBe(15 * MINUTE);
    expect(sessionEnd({ beganAt: 0, lastSeenAt: 40 * MINUTE }, 15)).toBe(55 * MINUTE);
    expect(sessionEnd({ beganAt: 0, lastSeenAt: 595 * MINUTE }, 15)).toBe(600 * MINUTE);
  });

  test("§4(2)4 may be idle for thirty minutes at most, whatever the setting", () => {
    for (const minutes of [1, 15, 30]) expect(ruleBroken(() => requireIdleMinutes(minutes))).toBeUndefined();
    for (const minutes of [0, -1, 31, 1.5, Number.NaN]) expect(ruleBroken(() => requireIdleMinutes(minutes))).toBe("idle-time-too-long");
  });
});
