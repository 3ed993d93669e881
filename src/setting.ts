/** A setting that can't be used; the message is one sentence for the person who starts the process. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Whether a host name of a URL means this machine. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
