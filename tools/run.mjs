// Runs a command of the project on a machine that has only Node ≥ 20 with npm: installs the dependencies when they are not those of the
// lock file, then runs the script under Node 24. Plain JavaScript without dependencies, since nothing is there yet when it starts.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 24;
const INSTALL_LIMIT_MINUTES = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".installed");
const environment = {
  // Node 24 knows only its own authorities unless told to trust the system's as well, which networks behind a proxy need.
  NODE_USE_SYSTEM_CA: "1",
  // Compiled code is kept beside the code, so that processes and threads start in a third of the time.
  NODE_COMPILE_CACHE: join(root, "node_modules", ".compile-cache"),
  ...process.env,
};

await installDependencies();
const script = [join(root, process.argv[2] ?? ""), ...process.argv.slice(3)];
// By the channel the script learns when this process is gone, however it went.
process.exit(await run(nodePath(), script, { stdio: ["inherit", "inherit", "inherit", "ipc"] }));

async function installDependencies() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const started = Date.now();
  console.log("Installing the dependencies of package-lock.json (npm ci) …");
  const alive = setInterval(() => console.log(`  … still installing, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  // npm's own patience with a registry that it can't reach is minutes long, and silent.
  const patience = ["--fetch-retries=3", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000", "--fetch-timeout=60000"];
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...patience], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: INSTALL_LIMIT_MINUTES * 60_000,
  });
  clearInterval(alive);
  const seconds = Math.round((Date.now() - started) / 1000);
  if (code !== 0)
    stop(
      `npm ci failed after ${seconds} s (its limit is ${INSTALL_LIMIT_MINUTES} minutes): read its message above. It needs a package registry that npm can reach, once; behind a proxy with certificates of its own, set NODE_EXTRA_CA_CERTS to their file.`,
    );
  console.log(`  installed in ${seconds} s`);
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
    const child = spawn(program, args, { ...options, env: environment });
    const handlers = ["SIGTERM", "SIGHUP", "SIGINT"].map((signal) => {
      const handler = () => {
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
      };
      process.on(signal, handler);
      return [signal, handler];
    });
    const watch = stopWhenNpmIsGone(child);
    const done = (code) => {
      clearInterval(watch);
      for (const [signal, handler] of handlers) process.off(signal, handler);
      resolve(code);
    };
    child.once("error", (error) => {
      console.error(`${program} can't be started: ${error.message}`);
      done(1);
    });
    child.once("exit", (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** A killed npm tells nobody; what it started would work on unseen. (Where a shell stays between, as Debian's does, a kill -9 is not noticed.) */
function stopWhenNpmIsGone(child) {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    // Once: a second signal would end at once what is stopping in order.
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 1000);
  return watch.unref();
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
