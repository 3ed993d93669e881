import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import { findLatestCheckpoint, findTile } from "../../db/queries/query-log-tree.ts";
import { createNetworkLimit } from "../adapters/network-limit.ts";
import { proveConsistency, proveInclusion } from "../transparency/proof.ts";
import { parseTilePath } from "../transparency/tile-path.ts";
import { tileWidth } from "../transparency/tile-place.ts";
import { HASH_BYTES } from "../transparency/tree.ts";
import type { ApiContext } from "./context.ts";
import { problemResponse, Refusal, toRefusal } from "./problem.ts";
import { problem } from "./verification-schema.ts";

type Environment = { Bindings: HttpBindings };

/** Requests a second from one network: enough to read a log of ten million entries within the hour. */
const REQUESTS_PER_SECOND = 50;

const hashes = z.array(z.base64()).openapi({ description: "32 bytes each, from the leaf upwards (RFC 6962)." });
const checkpoint = z.string().openapi({ description: "C2SP signed note of the tree that the proof is for." });
const inclusionProof = z
  .object({ leafIndex: z.int(), treeSize: z.int(), proof: hashes, checkpoint })
  .openapi("InclusionProof", { description: "RFC 6962 §2.1.1: verify it with the receipt's leafHash." });
const consistencyProof = z
  .object({ from: z.int(), to: z.int(), proof: hashes, checkpoint })
  .openapi("ConsistencyProof", { description: "RFC 6962 §2.1.2: the tree of size `to` begins with that of size `from`." });

/**
 * What anybody may know of the query log, since it says nothing about anybody: signed checkpoints, the tree's hashes (each over an entry with 16
 * random bytes in it), and proofs made of them. C2SP tlog-tiles without its entry bundles, which go to auditors only.
 * @clause 4(2)5
 */
export function logRoutes(context: ApiContext): OpenAPIHono<Environment> {
  const routes = new OpenAPIHono<Environment>();
  const { logPool: pool } = context;
  const withinLimit = createNetworkLimit({ points: REQUESTS_PER_SECOND, duration: 1 });
  const read = (level: number, index: number) => findTile(pool, level, index);

  /** The newest checkpoint, for a tree that has at least so many leaves. */
  async function latest(leaves: number) {
    const found = await findLatestCheckpoint(pool);
    if (found === undefined || found.treeSize < leaves) {
      throw new Refusal("not-yet-signed", "No checkpoint has been signed that far: an entry's comes about a second after it.", {
        retryAfter: 1,
      });
    }
    return found;
  }

  routes.use("/v1/log/*", async (c, next) => {
    const asker = context.sourceAddress(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
    if (await withinLimit(asker)) return next();
    return problemResponse(new Refusal("rate-limit-exceeded", "Too many requests from your network: slow down.", { retryAfter: 1 }));
  });
  routes.onError((error) => problemResponse(toRefusal(error)));

  document(routes, "/v1/log/checkpoint", "The newest signed checkpoint", { "text/plain": { schema: z.string() } });
  routes.get("/v1/log/checkpoint", async (c) =>
    c.body((await latest(0)).signedNote, 200, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" }),
  );

  document(
    routes,
    "/v1/log/leaves/{leafIndex}/proof",
    "Proof that an entry is in the log",
    { "application/json": { schema: inclusionProof } },
    { params: z.object({ leafIndex: z.int().min(0).openapi({ description: "From the receipt." }) }) },
  );
  routes.get("/v1/log/leaves/:leafIndex/proof", async (c) => {
    const leafIndex = parseCount(c.req.param("leafIndex"));
    const { treeSize, signedNote } = await latest(leafIndex + 1);
    return c.json({ leafIndex, treeSize, proof: base64(await proveInclusion(leafIndex, treeSize, read)), checkpoint: signedNote });
  });

  document(
    routes,
    "/v1/log/consistency",
    "Proof that the log still begins as it was",
    { "application/json": { schema: consistencyProof } },
    { query: z.object({ from: z.int().min(0).openapi({ description: "Size of an earlier checkpoint." }) }) },
  );
  routes.get("/v1/log/consistency", async (c) => {
    const from = parseCount(c.req.query("from"));
    const { treeSize, signedNote } = await latest(from);
    return c.json({ from, to: treeSize, proof: base64(await proveConsistency(from, treeSize, read)), checkpoint: signedNote });
  });

  // Paths of varying depth are nothing that OpenAPI can describe; C2SP tlog-tiles does.
  routes.get("/v1/log/tile/*", async (c) => {
    const path = parseTilePath(c.req.path.slice("/v1/log/".length));
    if (path === undefined || typeof path.level === "string") return notFound();
    const { treeSize } = await latest(0);
    const hashesOfTile = tileWidth(treeSize, path.level, path.index) >= path.width ? await read(path.level, path.index) : undefined;
    if (hashesOfTile === undefined) return notFound();
    return c.body(new Uint8Array(hashesOfTile.subarray(0, path.width * HASH_BYTES)), 200, {
      "content-type": "application/octet-stream",
      "cache-control": "max-age=31536000, immutable",
    });
  });
  return routes;
}

function base64(proof: readonly Buffer[]): string[] {
  return proof.map((hash) => hash.toString("base64"));
}

function parseCount(text: string | undefined): number {
  const value = /^\d{1,15}$/.test(text ?? "") ? Number(text) : undefined;
  if (value === undefined) throw new Refusal("invalid-request", "A size or an index is a whole number, 0 or more.");
  return value;
}

type Content = Readonly<Record<string, { schema: z.ZodType }>>;

/** The routes' part of the OpenAPI document. */
function document(
  routes: OpenAPIHono<Environment>,
  path: string,
  summary: string,
  content: Content,
  request?: RouteConfig["request"],
): void {
  const refused = (description: string) => ({ description, content: { "application/problem+json": { schema: problem } } });
  routes.openAPIRegistry.registerPath({
    method: "get",
    path,
    tags: ["日誌 Query log"],
    summary,
    ...(request !== undefined && { request }),
    responses: {
      200: { description: "As RFC 6962 and C2SP describe it.", content },
      "4XX": refused("There is no such thing."),
      "5XX": refused("Not yet: try again in a second."),
    },
  });
}

function notFound(): Response {
  return problemResponse(new Refusal("not-found", "The tree has no such tile: the checkpoint tells its size."));
}
