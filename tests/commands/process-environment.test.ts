import { expect, test } from "vitest";
import { readEnvironment, readMachine } from "../../src/config.ts";
import { environmentOf } from "../../src/process-environment.ts";

const GIVEN = {
  DATA_DIR: "/tmp/platform",
  KEYS_DIR: "/tmp/keys",
  DROP_DIR: "/tmp/drop",
  INBOX_DIR: "/tmp/inbox",
  QUARANTINE_DIR: "/tmp/quarantine",
  LOG_DIR: "/tmp/log",
  LOG_ORIGIN: "verify.example.gov.tw/queries",
  TEMPORAL_NAMESPACE: "county",
  TASK_QUEUE: "county-queue",
  WORKFLOW_BUNDLE: "/tmp/bundle.js",
  WITNESSES: "ethics.example/w1+e238d50e+BOGgKCHi0tiZGyMkbkCcK+ODl5b6it1364KDIAg4Mn6l https://witness.ethics.example/a/",
  HOST: "::1",
  PORT: "9080",
  CONSOLE_PORT: "9081",
  CONSOLE_ORIGIN: "https://console.example.gov.tw",
  CONSOLE_IDLE_MINUTES: "10",
  TRUSTED_PROXIES: "192.0.2.1,192.0.2.2",
  METRICS_ADDRESSES: "192.0.2.3",
  SMTP_URL: "smtps://account@mail.example.gov.tw",
  MAIL_FROM: "platform@example.gov.tw",
  ALLOW_PRIVATE_ADDRESSES: "true",
  LOG_LEVEL: "warn",
};

test("what is set to nothing is not set, and never opens a port to everybody", () => {
  const nothing = Object.fromEntries(Object.keys(GIVEN).map((name) => [name, ""]));
  expect(readEnvironment(nothing)).toEqual({ ...readEnvironment({}), metricsAddresses: [] });
  expect(readEnvironment({ HOST: "", PORT: "" })).toMatchObject({ host: "127.0.0.1", port: 8080 });
});

test("what is set for the platform is set for each of its processes", () => {
  const config = readEnvironment(GIVEN);
  expect(readEnvironment(environmentOf(config))).toEqual(config);
  // Nothing here is what it would be without being set.
  const unset = readEnvironment({});
  const same = Object.entries(config).filter(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(unset[name as keyof typeof unset]),
  );
  expect(same.map(([name]) => name).sort()).toEqual(["databaseUrl", "healthFile", "temporalAddress"]);
});

test("an office's own certificate authority is known to each process", () => {
  expect(readMachine({ NODE_EXTRA_CA_CERTS: "/etc/ca.pem", OTHER: "x" }).inherited).toMatchObject({ NODE_EXTRA_CA_CERTS: "/etc/ca.pem" });
  expect(Object.keys(readMachine({ OTHER: "x" }).inherited)).toEqual(["PATH", "HOME"]);
});
