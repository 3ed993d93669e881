import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { isLoopbackName } from "../setting.ts";
import { applyLimit, LONGEST_FORM, scanSize, uploadLimit, uploadSize } from "./apply-limit.ts";
import { LETTER_PATH } from "./apply-routes.ts";
import { assetRoutes } from "./assets.ts";
import type { ConsoleContext } from "./context.ts";
import { isTls } from "./cookies.ts";
import { addressesPage } from "./pages/addresses.ts";
import { alertPages } from "./pages/alerts.ts";
import { paperApplication } from "./pages/application-paper.ts";
import { applicationsPage } from "./pages/applications.ts";
import { applyPages } from "./pages/apply.ts";
import { datasetPage } from "./pages/dataset.ts";
import { datasetCertificates } from "./pages/dataset-certificate.ts";
import { datasetImportPage } from "./pages/dataset-import.ts";
import { datasetKeyPages } from "./pages/dataset-keys.ts";
import { datasetTrustPages } from "./pages/dataset-trust.ts";
import { datasetsPage } from "./pages/datasets.ts";
import { findingForm } from "./pages/finding-form.ts";
import { findingPages } from "./pages/findings.ts";
import { homePage } from "./pages/home.ts";
import { integrationPage } from "./pages/integration.ts";
import { integrationDecisions } from "./pages/integration-decision.ts";
import { integrationDocuments } from "./pages/integration-document.ts";
import { integrationLetters } from "./pages/integration-letters.ts";
import { integrationRights } from "./pages/integration-rights.ts";
import { integrationsPages } from "./pages/integrations.ts";
import { ipInventoryPages } from "./pages/ip-inventories.ts";
import { ipInventoryDecision } from "./pages/ip-inventory.ts";
import { logInPages } from "./pages/log-in.ts";
import { messagePage } from "./pages/message.ts";
import { openingsPage } from "./pages/openings.ts";
import { peoplePage } from "./pages/people.ts";
import { queriesPage } from "./pages/queries.ts";
import { queryDocumentPages } from "./pages/query-documents.ts";
import { queryEntryPage } from "./pages/query-entry.ts";
import { retentionPage } from "./pages/retention.ts";
import { retentionMonthPage } from "./pages/retention-month.ts";
import { retentionPeriodPage } from "./pages/retention-period.ts";
import { retentionSteps } from "./pages/retention-step.ts";
import { setUpPages } from "./pages/set-up.ts";
import { settingsPage } from "./pages/settings.ts";
import { systemPage } from "./pages/system.ts";
import { trailPage } from "./pages/trail.ts";
import { createRoutes } from "./routes.ts";
import { type ConsoleBindings, readVisit } from "./visit.ts";

/** Where the case officer attaches scans. */
const SCAN = /^\/console\/integrations\/[^/]+\/scan$/;

/** The console: every page, under one set of rules for all. */
export function createConsole(context: ConsoleContext): Hono<{ Bindings: ConsoleBindings }> {
  const { consoleOrigin } = context.settings;
  const app = new Hono<{ Bindings: ConsoleBindings }>();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  // The only address that holds a secret; what is set after the answer has the last word.
  app.use("/apply/open/*", async (c, next) => {
    await next();
    c.header("referrer-policy", "no-referrer");
  });
  app.use(secureHeaders(headersFor(isTls(consoleOrigin))));
  // A page that another name leads to is somebody else's trick.
  app.use(async (c, next) => (isOurs(c.req.header("host"), consoleOrigin) ? next() : c.text("Unknown host.", 421)));
  // No name of ours holds a null character, and the database takes none.
  app.use(async (c, next) => (c.req.path.includes("\0") ? c.notFound() : next()));
  app.route("/", assetRoutes());
  app.use(async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });
  app.use("/apply/*", applyLimit(context));
  app.use(LETTER_PATH, uploadLimit(context));
  const sizes = { form: bodyLimit({ maxSize: LONGEST_FORM }), letter: uploadSize(context), scan: scanSize(context) };
  app.use((c, next) => (c.req.path === LETTER_PATH ? sizes.letter : SCAN.test(c.req.path) ? sizes.scan : sizes.form)(c, next));
  app.use(csrf({ origin: (origin, c) => URL.canParse(origin) && new URL(origin).host === c.req.header("host") }));

  const routes = createRoutes(context);
  logInPages(routes, context);
  setUpPages(routes, context);
  homePage(routes, context);
  integrationsPages(routes, context);
  applicationsPage(routes, context);
  addressesPage(routes, context);
  integrationPage(routes, context);
  integrationDecisions(routes, context);
  integrationRights(routes, context);
  queriesPage(routes, context);
  queryDocumentPages(routes, context);
  queryEntryPage(routes, context);
  openingsPage(routes, context);
  systemPage(routes, context);
  settingsPage(routes);
  alertPages(routes, context);
  findingPages(routes, context);
  findingForm(routes, context);
  retentionPage(routes, context);
  retentionPeriodPage(routes, context);
  retentionMonthPage(routes, context);
  retentionSteps(routes, context);
  integrationDocuments(routes, context);
  ipInventoryPages(routes, context);
  ipInventoryDecision(routes, context);
  datasetsPage(routes, context);
  datasetCertificates(routes, context);
  datasetImportPage(routes, context);
  datasetPage(routes, context);
  datasetKeyPages(routes, context);
  datasetTrustPages(routes, context);
  peoplePage(routes, context);
  trailPage(routes, context);
  integrationLetters(routes, context);
  paperApplication(routes, context);
  applyPages(routes, context);
  app.route("/", routes.app);
  app.get("/", (c) => c.redirect("/console", 303));

  app.notFound(async (c) => {
    const visit = await readVisit(context, c, { looksOnly: true });
    return messagePage(c, visit, 404, visit.text.message.notFound);
  });
  app.onError(async (error, c) => {
    const refused = "getResponse" in error ? error.getResponse() : undefined;
    if (refused === undefined) context.logger.error({ error: error.name }, "a page failed");
    // Its own reading may be what failed.
    const visit = await readVisit(context, c, { looksOnly: true }).catch(() => undefined);
    if (visit === undefined)
      return refused ?? c.text("系統目前無法處理，請稍後再試。The system can't do this now: try again shortly.", 503);
    if (refused?.status === 400) return messagePage(c, visit, 400, visit.text.message.brokenForm);
    if (refused?.status === 413) return messagePage(c, visit, 413, visit.text.message.tooLarge);
    if (refused?.status === 403) return messagePage(c, visit, 403, visit.text.message.strangeForm);
    if (refused !== undefined) return refused;
    return messagePage(c, visit, 503, visit.text.message.failed);
  });
  return app;
}

/** Nothing but our own files, forms to ourselves, no frames, nothing inline. Browsers are told to insist on TLS once they came by it. */
function headersFor(tls: boolean): Parameters<typeof secureHeaders>[0] {
  return {
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: tls ? "max-age=31536000" : false,
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  };
}

function isOurs(host: string | undefined, origin: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  if (isTls(origin)) return host.toLowerCase() === new URL(origin ?? "").host;
  return isLoopbackName(new URL(`http://${host}`).hostname);
}
