import autocannon from "autocannon";

/** What a server did under load. Times in milliseconds. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Requests to send, shared out among the connections. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly bodies: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Puts a server under load from this process with autocannon; times are taken from every response, since its histogram knows whole milliseconds only.
 * @throws Error when a response is not 200: such a run measures nothing
 */
export async function load({ url, connections, seconds, bodies, headers }: Load): Promise<LoadResult> {
  const times: number[] = [];
  let client = 0;
  const requests = bodies.map((body) => ({ method: "POST" as const, body, headers: { "content-type": "application/json", ...headers } }));
  const each = Math.ceil(requests.length / connections);
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    // What goes out before a connection can be given its own.
    requests: requests.slice(0, 1),
    setupClient: (connection) => {
      const first = client++;
      // Its own only: autocannon writes out what a connection is given, and writing all out for each took half of what it may take in all.
      connection.setRequests(Array.from({ length: each }, (_, next) => requests[(first + next * connections) % requests.length] ?? {}));
      connection.on("response", (_status, _bytes, milliseconds) => times.push(milliseconds));
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`The load met ${result.non2xx} refusals and ${result.errors} errors: nothing was measured.`);
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: result.requests.total / result.duration, p50: at(0.5), p99: at(0.99) };
}

/** The median of a figure over several runs. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
