import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../..");

/** A service of docker-compose.yml, as far as tests look at it. */
export interface ComposeService {
  readonly image: string;
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly environment?: Record<string, string>;
  readonly secrets?: string[];
  readonly networks?: string[];
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly profiles?: string[];
  readonly healthcheck?: { test: string[] };
  readonly depends_on?: Record<string, { condition: string }>;
  readonly build?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly restart?: string;
}

export interface ComposeFile {
  readonly services: Record<string, ComposeService>;
  readonly networks: Record<string, { internal?: boolean }>;
  readonly volumes: Record<string, object>;
  readonly secrets: Record<string, { file: string }>;
}

export function readComposeFile(name = "docker-compose.yml"): ComposeFile {
  return parse(readFileSync(join(ROOT, name), "utf8"), { merge: true });
}

/** A step of the Dockerfile that changes the tree. */
export type DockerStep = { readonly copy: string[] } | { readonly run: string };

/** The steps of the stage `build`, and the environment of the image. */
export function readDockerfile(): { readonly build: DockerStep[]; readonly environment: Record<string, string>; readonly user: string } {
  const [, build = "", image = ""] = readFileSync(join(ROOT, "Dockerfile"), "utf8").split(/^FROM .*$/m);
  const of = (stage: string, keyword: string) => [...stage.matchAll(new RegExp(`^${keyword} (.+)$`, "gm"))].map(([, rest = ""]) => rest);
  return {
    build: [...build.matchAll(/^(COPY|RUN) (.+)$/gm)].map(([, keyword, rest = ""]) =>
      keyword === "RUN" ? { run: rest } : { copy: rest.split(" ") },
    ),
    environment: Object.fromEntries(of(image, "ENV").flatMap((line) => line.split(" ").map((pair) => pair.split("=") as [string, string]))),
    user: of(image, "USER").at(-1) ?? "root",
  };
}
