// Imports go one way (CONTRIBUTING.md): domain ← workflows; domain ← db, reports, transparency ← activities, api ← the platform ← bin.
const valuesOnly = { dependencyTypesNot: ["type-only"] };

/** Modules of `path` may use these places and packages, and nothing else. */
function onlyUses(name, path, allowed, options = {}) {
  return { name, severity: "error", from: { path }, to: { pathNot: allowed, ...options } };
}

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: valuesOnly } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    onlyUses("domain-is-pure", "^src/domain/", ["^src/domain/", "^node_modules/ipaddr\\.js/"]),
    onlyUses(
      "workflows-are-deterministic",
      "^src/workflows/",
      ["^src/(workflows|domain)/", "^node_modules/@temporalio/(workflow|common)/"],
      valuesOnly,
    ),
    onlyUses("workflows-know-types-of-activities-only", "^src/workflows/", [
      "^src/(workflows|domain|activities)/",
      "^node_modules/@temporalio/(workflow|common)/",
    ]),
    {
      name: "db-knows-rules-only",
      severity: "error",
      from: { path: "^db/" },
      to: { path: "^(src|bin|bench|tools|tests)/", pathNot: "^src/(domain|transparency)/" },
    },
    { name: "migrations-are-frozen", severity: "error", from: { path: "^db/migrations/" }, to: { path: "^(src|db)/" } },
    {
      name: "transparency-knows-rules-only",
      severity: "error",
      from: { path: "^src/transparency/" },
      to: { path: "^(src|db)/", pathNot: "^src/(domain|transparency)/" },
    },
    // On another office's machine there is nothing from npm.
    onlyUses(
      "witness-stands-alone",
      "^(src/witness/|bin/witness)",
      ["^src/(witness|transparency|domain)/", "^src/(adapters/(secret-file|close-server)|command|config)\\.ts$"],
      { dependencyTypesNot: ["core"] },
    ),
    {
      name: "reports-know-rules-and-adapters-only",
      severity: "error",
      from: { path: "^src/reports/" },
      to: { path: "^(src|db)/", pathNot: "^src/(reports|domain|adapters)/" },
    },
    {
      name: "log-export-knows-rules-and-queries",
      severity: "error",
      from: { path: "^src/log-export/" },
      to: { path: "^(src|db)/", pathNot: "^(src/(log-export|domain|transparency)/|db/(queries/|client))" },
    },
    // Whoever doesn't trust us runs it: it reads a file, and nothing else of ours.
    {
      name: "log-verify-knows-no-database",
      severity: "error",
      from: { path: "^src/log-verify/" },
      to: { path: "^(src|db)/", pathNot: "^src/(log-verify|domain|transparency|log-export/(bundle-path|columns|manifest|zip-file))" },
    },
    {
      name: "adapters-know-no-processes",
      severity: "error",
      from: { path: "^src/adapters/" },
      to: { path: "^(src|db)/", pathNot: "^(src/(adapters|domain|transparency)/|src/config)", ...valuesOnly },
    },
    {
      name: "activities-and-api-are-strangers",
      severity: "error",
      from: { path: "^src/(activities|api|console)/" },
      to: { path: "^src/(activities|api|console)/", pathNot: "^src/$1/" },
    },
    {
      name: "activities-know-rules-adapters-and-queries",
      severity: "error",
      from: { path: "^src/activities/" },
      to: { path: "^(src/[a-z-]+/|db/)", pathNot: "^(src/(activities|domain|adapters|workflows/rule-failure)|db/(queries|tables|client))" },
    },
    {
      name: "api-knows-rules-adapters-and-queries",
      severity: "error",
      from: { path: "^src/api/" },
      to: { path: "^(src/|db/)", pathNot: "^(src/(api|domain|adapters|transparency)/|db/queries/)" },
    },
    {
      name: "console-knows-rules-adapters-queries-and-reports",
      severity: "error",
      from: { path: "^src/console/" },
      to: { path: "^(src/[a-z-]+/|db/)", pathNot: "^(src/(console|domain|adapters|reports)/|db/(queries|tables)/)" },
    },
    {
      name: "people-know-rules-and-adapters-only",
      severity: "error",
      from: { path: "^src/people/" },
      to: { path: "^(src|db)/", pathNot: "^src/(people|domain|adapters)/" },
    },
    {
      name: "platform-and-demo-know-neither-api-nor-console",
      severity: "error",
      from: { path: "^src/(demo/|[^/]+\\.ts$)" },
      to: { path: "^src/(api|console)/" },
    },
    { name: "nothing-imports-entry-points", severity: "error", from: { path: "^(src|db)/" }, to: { path: "^(bin|bench|tools|tests)/" } },
    {
      name: "product-needs-no-development-dependency",
      severity: "error",
      from: { path: "^(src|db|bin)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
