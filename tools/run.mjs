// Runs a command of the project on a machine that has only Node ≥ 20 with npm: installs the dependencies when they are not those of the
// lock file, then runs the script under Node 24. Plain JavaScript without dependencies, since nothing is there yet when it starts.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".installed");

await installDependencies();
process.exit(await run(nodePath(), [join(root, process.argv[2] ?? ""), ...process.argv.slice(3)], { stdio: "inherit" }));

async function installDependencies() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const started = Date.now();
  console.log("Installing the dependencies of package-lock.json (npm ci) …");
  const alive = setInterval(() => console.log(`  … still installing, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  clearInterval(alive);
  if (code !== 0) stop("npm ci failed: read its message above; it needs a package registry that npm can reach, once.");
  writeFileSync(stamp, wanted);
}

function nodePath() {
  if (Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR) return process.execPath;
  const brought = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(brought)) return brought;
  return stop(
    `This is Node ${process.versions.node}, and no Node ${NEEDED_MAJOR} comes from npm for ${process.platform} ${process.arch}: install Node ${NEEDED_MAJOR} from nodejs.org.`,
  );
}

/** Runs a program to its end. A terminal's Ctrl-C reaches the program by itself; a signal sent to this process alone is handed on. */
function run(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, options);
    const handlers = ["SIGTERM", "SIGHUP", "SIGINT"].map((signal) => {
      const handler = () => {
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
      };
      process.on(signal, handler);
      return [signal, handler];
    });
    const done = (code) => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
      resolve(code);
    };
    child.once("error", (error) => {
      console.error(`${program} can't be started: ${error.message}`);
      done(1);
    });
    child.once("exit", (code, signal) => done(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 130 : 1)));
  });
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
