import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Hono } from "hono";
import { compress } from "hono/compress";
import type { ConsoleBindings } from "./visit.ts";

const require = createRequire(import.meta.url);
const own = (file: string) => readFileSync(join(import.meta.dirname, "assets", file), "utf8");
const designSystem = (path: string) => readFileSync(require.resolve(`@digdir/designsystemet-css${path}`), "utf8");

interface Asset {
  readonly type: string;
  readonly body: string;
}

/** Rules outside the design system's layers win over those in them; what fits telephones and paper comes last. */
const OWN_STYLES = ["ink.css", "frame.css", "parts.css", "lists.css", "figures.css", "media.css"];

const ASSETS: Readonly<Record<string, Asset>> = {
  "console.css": { type: "text/css", body: [designSystem("/theme.css"), designSystem(""), ...OWN_STYLES.map(own)].join("\n") },
  "countdown.js": { type: "text/javascript", body: own("countdown.js") },
  "import-progress.js": { type: "text/javascript", body: own("import-progress.js") },
};

/** The path of a file, with its content's hash in it: a new version is a new path. */
export function assetPath(name: string): string {
  const asset = ASSETS[name];
  if (asset === undefined) throw new Error(`There is no file ${name} for the pages.`);
  return `/console/assets/${createHash("sha256").update(asset.body).digest("hex").slice(0, 12)}/${name}`;
}

/** The files that pages need, all from here. They hold nothing of anybody, so they alone may be cached and compressed. */
export function assetRoutes(): Hono<{ Bindings: ConsoleBindings }> {
  const routes = new Hono<{ Bindings: ConsoleBindings }>();
  routes.use(compress());
  for (const [name, { type, body }] of Object.entries(ASSETS)) {
    routes.get(assetPath(name), (c) =>
      c.body(body, 200, { "content-type": `${type}; charset=utf-8`, "cache-control": "public, max-age=31536000, immutable" }),
    );
  }
  return routes;
}
