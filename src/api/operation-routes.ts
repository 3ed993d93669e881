import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { DatasetRow } from "../../db/queries/access-register.ts";
import { countWaitingNotices } from "../../db/queries/notice-waiting.ts";
import { measureLog } from "../../db/queries/query-log-tree.ts";
import type { ApiContext } from "./context.ts";
import { problemResponse, Refusal } from "./problem.ts";

/** `/healthz`: the process runs. `/readyz`: it could answer now. `/metrics`: Prometheus' text form, for configured addresses only. */
export function operationRoutes(context: ApiContext): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  const metricsAddresses = new Set(context.settings.metricsAddresses);
  routes.get("/healthz", (c) => c.json({ status: "ok" }));
  // Strangers may ask, so it is a code and nothing else.
  routes.get("/readyz", (c) =>
    datasetsOf(context) === undefined ? c.json({ status: "unavailable" }, 503, { "retry-after": "2" }) : c.json({ status: "ready" }),
  );
  routes.get("/metrics", async (c) => {
    // Through our own proxy everyone would look like the proxy, which may well be on this machine.
    const asker = context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
    if (!metricsAddresses.has(asker))
      return problemResponse(new Refusal("address-not-allowed", "Metrics are for the addresses in METRICS_ADDRESSES."));
    // A database that is away must not take the other metrics with it.
    const [log, noticesWaiting] = await Promise.all([
      measureLog(context.pool).catch(() => undefined),
      countWaitingNotices(context.pool, new Date(context.now())).catch(() => undefined),
    ]);
    const text = await context.metrics.text({ log, noticesWaiting, datasets: datasetsOf(context) }, context.now());
    return c.body(text, 200, { "content-type": context.metrics.registry.contentType });
  });
  return routes;
}

/** The datasets as they are now; undefined while the database does not answer. */
function datasetsOf({ register }: ApiContext): readonly DatasetRow[] | undefined {
  try {
    return register.current().datasets.rows;
  } catch {
    return undefined;
  }
}
