import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { KEY_FOLDERS, KEYS_OF } from "../../src/adapters/key-store.ts";
import { readComposeFile, readDockerfile } from "../support/compose.ts";

const compose = readComposeFile();
const services = Object.entries(compose.services);
const running = services.filter(([, { restart }]) => restart === "unless-stopped");

// schema/compose-spec.json of github.com/compose-spec/compose-spec (Apache-2.0), as of June 2026.
const schema = JSON.parse(readFileSync(join(import.meta.dirname, "compose-spec.schema.json"), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
addFormats.default(ajv);
const fits = ajv.compile(schema);

describe("docker-compose.yml", () => {
  test("fits the Compose Specification", () => {
    expect(fits(compose) || fits.errors).toBe(true);
    expect(fits({ services: { api: { imagee: "x" } } })).toBe(false);
  });

  test("names what it uses: networks, volumes, secrets, and services that are waited for", () => {
    for (const [name, service] of services) {
      for (const network of service.networks ?? []) expect(compose.networks, name).toHaveProperty(network);
      for (const secret of service.secrets ?? []) expect(compose.secrets, name).toHaveProperty([secret]);
      for (const volume of service.volumes ?? [])
        if (!volume.startsWith(".")) expect(compose.volumes, name).toHaveProperty(volume.split(":")[0] ?? "");
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services, name).toHaveProperty(other);
        const expected = compose.services[other]?.healthcheck === undefined ? "service_completed_successfully" : "service_healthy";
        expect(condition, `${name} waits for ${other}`).toBe(expected);
      }
    }
  });

  test("pins every image, looks after the health of every running service, and lets none gain rights or write its memory out", () => {
    for (const [name, service] of services) {
      expect(service.image, name).toMatch(/:\d+(\.\d+)+$/);
      expect(service.security_opt, name).toEqual(["no-new-privileges:true"]);
      if (service.build !== undefined) expect(service, name).toMatchObject({ read_only: true, cap_drop: ["ALL"], ulimits: { core: 0 } });
    }
    expect(running.map(([name]) => name)).toEqual(["postgres", "api", "worker", "console", "temporal-postgres", "temporal", "temporal-ui"]);
    for (const [name, { healthcheck }] of running) expect(healthcheck?.test.length, name).toBeGreaterThan(1);
    expect(readDockerfile().user).toBe("node");
  });

  test("holds no secret: they are files, and no setting carries one", () => {
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\/passwords\//);
    for (const [name, { environment = {} }] of services) {
      for (const [setting, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|TOKEN|SECRET/.test(setting)) expect(value, `${name} ${setting}`).toMatch(/^\/run\/secrets\//);
        expect(String(value), `${name} ${setting}`).not.toMatch(/:\/\/[^/]*:[^/]*@/);
      }
    }
    expect(readFileSync(join(import.meta.dirname, "../../.gitignore"), "utf8")).toContain("/secrets/");
  });

  test("gives each service the keys that its process opens, to read, and no others", () => {
    const mounted = (service: string) =>
      (compose.services[service]?.volumes ?? []).filter((volume) => volume.startsWith("./secrets/")).map((volume) => volume.split(":"));
    const opened = { api: KEYS_OF.api, worker: KEYS_OF.worker, console: KEYS_OF.console, "query-log": KEYS_OF.queryLog };
    for (const [service, purposes] of Object.entries(opened)) {
      const own = service === "worker" ? ["log-signing", "openpgp"] : [];
      expect(
        mounted(service)
          .map(([source]) => source)
          .sort(),
        service,
      ).toEqual([...purposes.map((purpose) => KEY_FOLDERS[purpose]), ...own].map((folder) => `./secrets/keys/${folder}`).sort());
      for (const [source, target, mode] of mounted(service)) {
        expect(target).toBe(source?.replace("./secrets", "/run"));
        expect(mode, `${service} ${source}`).toBe(source?.endsWith("/openpgp") ? undefined : "ro");
      }
    }
    const others = services.filter(([name]) => !(name in opened) && name !== "secrets");
    expect(others.flatMap(([name]) => mounted(name))).toEqual([]);
  });

  test("lets private addresses be whitelisted only where the machine says so, by form and by process alike", () => {
    const [worker, form] = ["worker", "console"].map((name) => compose.services[name]?.environment?.["ALLOW_PRIVATE_ADDRESSES"]);
    expect(worker).toMatch(/^\$\{ALLOW_PRIVATE_ADDRESSES:-false\}$/);
    expect(form).toBe(worker);
  });

  test("keeps databases and Temporal where nobody else reaches them", () => {
    const published = services.filter(([, { ports }]) => ports !== undefined).map(([name, { ports }]) => [name, ports?.[0]]);
    expect(published).toEqual([
      ["api", expect.stringContaining("127.0.0.1")],
      ["console", expect.stringContaining("127.0.0.1")],
      ["temporal-ui", expect.stringContaining("127.0.0.1")],
    ]);
    for (const name of ["postgres", "temporal-postgres", "temporal", "migrate"]) {
      const networks = compose.services[name]?.networks ?? [];
      expect(
        networks.every((network) => compose.networks[network]?.internal),
        name,
      ).toBe(true);
    }
    // The worker has a way out, to witnesses and the mail server, and nothing else is on it.
    expect(services.filter(([, { networks }]) => networks?.includes("outside")).map(([name]) => name)).toEqual(["worker"]);
    expect(compose.services["worker"]?.environment).toMatchObject({ SMTP_PASSWORD_FILE: "/run/secrets/smtp.password" });
    expect(compose.services["worker"]?.environment).toHaveProperty("WITNESSES");
    expect(compose.services["api"]?.networks).not.toContain("processes");
    // It reads the log through the one function that its own role may call (ADR 19).
    expect(compose.services["console"]?.secrets).toEqual(["database-console.password"]);
    // Nothing that runs can appoint.
    const appointing = services.filter(([, { secrets }]) => secrets?.includes("database-appointer.password")).map(([name]) => name);
    expect(appointing).toEqual(["migrate", "appoint"]);
    expect(compose.services["temporal-ui"]?.environment).toMatchObject({ TEMPORAL_DISABLE_WRITE_ACTIONS: "true" });
  });
});

describe("docker-compose.witness.yml", () => {
  const { services: all, volumes, networks } = readComposeFile("docker-compose.witness.yml");

  test("fits the Compose Specification", () => {
    expect(fits(readComposeFile("docker-compose.witness.yml")) || fits.errors).toBe(true);
  });

  test("§4(1)5 is one hardened service that nothing but a reverse proxy of its machine reaches, and a command for its owner", () => {
    expect(Object.keys(all)).toEqual(["command", "witness"]);
    for (const [name, service] of Object.entries(all)) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
      expect(service.image, name).toBe(compose.services["worker"]?.image);
    }
    expect(all["witness"]).toMatchObject({ restart: "unless-stopped", networks: ["front"] });
    expect(all["witness"]?.ports?.[0]).toContain("127.0.0.1");
    expect(all["witness"]?.healthcheck?.test).toEqual(["CMD", "node", "bin/health.ts", "witness"]);
    expect(all["command"]).toMatchObject({ profiles: ["setup"], network_mode: "none" });
    expect(Object.keys(networks)).toEqual(["front"]);
  });

  test("§4(1)5 keeps key and memory in one volume, which both use and the platform's file doesn't know", () => {
    expect(Object.keys(volumes)).toEqual(["witness"]);
    const place = "/var/lib/verification-platform/witness";
    for (const { volumes: mounted, environment } of Object.values(all)) {
      expect(mounted).toEqual([`witness:${place}`]);
      expect(environment?.["WITNESS_DIR"]).toBe(place);
    }
    expect(readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8")).toContain("verification-platform/witness");
    expect(compose.volumes).not.toHaveProperty("witness");
  });
});
