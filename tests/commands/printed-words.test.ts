import { afterEach, expect, test, vi } from "vitest";
import { runAbnormalUseCommand } from "../../src/abnormal-use-command.ts";
import type { AlertOnRecord } from "../../src/domain/abnormal-use-decision.ts";
import { submit } from "../../src/domain/integration-decision.ts";
import type { IntegrationClient } from "../../src/integration-client.ts";
import { runIntegrationCommand } from "../../src/integration-command.ts";
import type { RetentionClient } from "../../src/retention-client.ts";
import { runRetentionCommand } from "../../src/retention-command.ts";
import { APPLICANT, CASE_OFFICER, MANAGER, madeUpApplication, say } from "../support/integration.ts";

/** What was once taken, or came from elsewhere, may hold what the rules of texts refuse today. */
const FORGED = "測試系統\n115-介-00077 (測試機關) is active\u001b[2J";
const NOW = Date.parse("2026-11-24T12:00:00+08:00");
const printed: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  printed.length = 0;
});

async function linesOf(run: () => Promise<string>): Promise<string> {
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  return [...printed, await run(), ...printed].join("|");
}

test("§3(3) a name or a reason of others' never prints as a line of the command's own", async () => {
  const taken = submit(madeUpApplication("115-介-00001", "2026-12-01", "2027-11-30"), say(APPLICANT), NOW);
  const integration = { ...taken, application: { ...taken.application, systemName: FORGED } };
  const client = { list: async () => [integration], show: async () => integration } as Partial<IntegrationClient> as IntegrationClient;
  const places = { withClient: <T>(use: (client: IntegrationClient) => Promise<T>) => use(client), stop: async () => integration };
  const timeline = [{ step: "hold", ...CASE_OFFICER, reason: FORGED, matter: FORGED, takenAt: "2026-11-24T04:00:00.000Z" }] as const;
  const months = { list: async () => [{ month: "2020-01", timeline }], show: async () => ({ month: "2020-01", timeline }) };
  const periods = [{ years: 7, ...MANAGER, reason: FORGED, raisedAt: "2026-11-24T04:00:00.000Z" }];
  const retention = { ...months, period: async () => periods } as Partial<RetentionClient> as RetentionClient;
  const alert = {
    alertId: 1,
    applicationNumber: "115-介-00001",
    systemName: FORGED,
    kind: "volume",
    from: "",
    counts: {},
    state: "open",
    decidedBy: null,
  };
  for (const run of [
    () => runIntegrationCommand(["list"], places),
    () => runIntegrationCommand(["show", "115-介-00001"], places),
    () => runRetentionCommand(["list"], (use) => use(retention)),
    () => runRetentionCommand(["show", "2020-01"], (use) => use(retention)),
    () => runRetentionCommand(["period"], (use) => use(retention)),
    () =>
      runAbnormalUseCommand(
        ["list"],
        async () => [alert as unknown as AlertOnRecord],
        async () => 1,
      ),
  ]) {
    const lines = await linesOf(run);
    expect([lines.includes("is active"), lines.includes("\n") || lines.includes("\u001b")], lines).toEqual([true, false]);
  }
});
