import type { Config } from "./config.ts";
import { environmentOfMail } from "./mail-setting.ts";
import { formatVerifierKey } from "./transparency/verifier-key.ts";

/** The settings as the processes of a platform read them, but for where its servers are: each has its own role, and its own word on its health. */
export function environmentOf(config: Config): Record<string, string> {
  return {
    DATA_DIR: config.dataDirectory,
    KEYS_DIR: config.keysDirectory,
    DROP_DIR: config.dropDirectory,
    INBOX_DIR: config.inboxDirectory,
    QUARANTINE_DIR: config.quarantineDirectory,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    TASK_QUEUE: config.taskQueue,
    LOG_ORIGIN: config.logOrigin,
    LOG_DIR: config.logDirectory,
    WITNESSES: config.witnesses.map(({ key, url }) => `${formatVerifierKey(key)} ${url}`).join(","),
    ...{ HOST: config.host, PORT: String(config.port), CONSOLE_PORT: String(config.consolePort) },
    CONSOLE_IDLE_MINUTES: String(config.consoleIdleMinutes),
    TRUSTED_PROXIES: config.trustedProxies.join(","),
    METRICS_ADDRESSES: config.metricsAddresses.join(","),
    ALLOW_PRIVATE_ADDRESSES: String(config.privateAddressesAllowed),
    LOG_LEVEL: config.logLevel,
    ...environmentOfMail(config.mail),
    ...(config.consoleOrigin !== undefined && { CONSOLE_ORIGIN: config.consoleOrigin }),
    ...(config.workflowBundle !== undefined && { WORKFLOW_BUNDLE: config.workflowBundle }),
  };
}
