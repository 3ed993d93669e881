import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { countWaitingNotices } from "../../db/queries/notice-waiting.ts";
import { measureLog } from "../../db/queries/query-log-tree.ts";
import type { ApiContext } from "./context.ts";
import { problemResponse, Refusal } from "./problem.ts";

/** `/healthz`: the process runs. `/readyz`: it could answer now. `/metrics`: Prometheus' text form, for configured addresses only. */
export function operationRoutes(context: ApiContext): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  const metricsAddresses = new Set(context.settings.metricsAddresses);
  routes.get("/healthz", (c) => c.json({ status: "ok" }));
  routes.get("/readyz", (c) => {
    try {
      const { datasets } = context.register.current();
      return c.json({
        status: "ready",
        datasets: Object.fromEntries(datasets.rows.map(({ datasetCode, asOf }) => [datasetCode, asOf])),
      });
    } catch {
      return problemResponse(new Refusal("service-unavailable", "The database does not answer.", { retryAfter: 2 }));
    }
  });
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
    return c.body(await context.metrics.text({ log, noticesWaiting }), 200, { "content-type": context.metrics.registry.contentType });
  });
  return routes;
}
