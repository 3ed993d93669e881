import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Hono } from "hono";

/** Head of the OpenAPI document; the rest is generated from the schemas that validate. */
export const OPENAPI_INFORMATION = {
  openapi: "3.1.0",
  info: {
    title: "Verification platform 驗證機制平臺",
    version: "1",
    description: `以「是」或「否」回答查驗，不提供任何個人資料紀錄。每次查驗須附案號與查詢事由，並保存五年；查詢日誌寫妥後才會回覆。

Answers yes or no about a person, never a record. Every question needs a case number and a reason and is kept for five years; an answer is sent only after its log entry is durable.

Send the integration's credential as \`Authorization: Bearer …\`, from a whitelisted address. An error is \`application/problem+json\`: its \`code\` is stable, its \`detail\` says what to do next.`,
  },
};

const PAGE = `<!doctype html>
<html lang="zh-Hant">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>驗證機制平臺 API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<div id="api"></div>
<noscript><p>本頁需要 JavaScript；<a href="/openapi.json">openapi.json</a> 為同一份說明。</p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>`;
// A credential doesn't belong into a page, so nothing here takes one.
const START = `SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#api", deepLinking: true, supportedSubmitMethods: [], validatorUrl: null,
  plugins: [() => ({ wrapComponents: { AuthorizeBtnContainer: () => () => null, authorizeOperationBtn: () => () => null } })],
});`;
const STYLE = `body { margin: 0; }
.swagger-ui, .swagger-ui :where(.info .title, .info p, .opblock-tag, .opblock .opblock-summary-description, table, label, button) {
  font-family: system-ui, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif; line-height: 1.6;
}
.swagger-ui .info { margin: 32px 0; }
.swagger-ui .info .title small { top: -3px; vertical-align: middle; }
.swagger-ui :where(.scheme-container, .parameters-col_description input, .response-col_links) { display: none !important; }
`;
// Swagger UI writes style attributes and uses data: pictures; scripts come from here alone.
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FILES: Readonly<Record<string, string>> = { "swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript" };

/** The readable page of the API, served by us alone: no third party learns who reads it. */
export function documentationRoutes(): Hono {
  const routes = new Hono();
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const headers = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  routes.get("/docs", (c) => c.html(PAGE, 200, headers));
  routes.get("/docs/page.css", (c) => c.body(STYLE, 200, { ...headers, "content-type": "text/css; charset=utf-8" }));
  routes.get("/docs/start.js", (c) => c.body(START, 200, { ...headers, "content-type": "text/javascript; charset=utf-8" }));
  for (const [file, type] of Object.entries(FILES)) {
    // Held whole: a stream that is opened for a HEAD request is read by nobody, and never closed.
    const bytes = readFileSync(join(folder, file));
    routes.get(`/docs/${file}`, (c) => c.body(bytes, 200, { ...headers, "content-type": type, "cache-control": "max-age=3600" }));
  }
  return routes;
}
