import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import packageJson from "../../package.json" with { type: "json" };
import { runProgram, slowStep } from "../../src/adapters/slow-step.ts";
import { readMachine } from "../../src/config.ts";

const ON_PATH = ["chromium", "chromium-browser", "google-chrome"];
const UNPACK = `
  import { join } from "node:path";
  import { fileURLToPath } from "node:url";
  import { inflate } from "@sparticuz/chromium";
  const packed = fileURLToPath(new URL("../bin/", import.meta.resolve("@sparticuz/chromium")));
  for (const part of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"]) await inflate(join(packed, part));`;
/** Pages are in Chinese, and a fresh machine has no font for it. */
const CHINESE_FONT = createRequire(import.meta.url).resolve("@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf");

interface FoundBrowser {
  readonly program: string;
  readonly environment: Record<string, string>;
}

/** Starts a real browser: CHROMIUM_PATH, one on PATH, or the one that npm's @sparticuz/chromium brings. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { program, environment } = await findBrowser();
  return chromium.launch({
    executablePath: program,
    env: { ...readMachine().inherited, ...environment },
    // As root, and in containers, a browser has no sandbox; it opens our own pages only.
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
  });
}

/** @throws Error one sentence how to get a browser */
async function findBrowser(): Promise<FoundBrowser> {
  const { chromiumPath, searchPath } = readMachine();
  const onPath = searchPath.flatMap((folder) => ON_PATH.map((name) => join(folder, name))).find((path) => existsSync(path));
  const given = chromiumPath ?? onPath;
  if (given !== undefined) return { program: given, environment: {} };
  const folder = await unpackedBrowser();
  const environment = { FONTCONFIG_PATH: join(folder, "fonts") };
  // Its own libraries, for machines without libnss3; where the system has them, those fit better.
  const withLibraries = { ...environment, LD_LIBRARY_PATH: join(folder, "al2023/lib") };
  for (const tried of [environment, withLibraries]) {
    if (starts(join(folder, "chromium"), tried)) return { program: join(folder, "chromium"), environment: tried };
  }
  throw new Error("No browser starts here: install Chromium (or the package libnss3), or set CHROMIUM_PATH to one.");
}

/** Unpacks npm's browser once, into the cache outside the tree. */
async function unpackedBrowser(): Promise<string> {
  const { cacheDirectory, inherited } = readMachine();
  const folder = join(cacheDirectory, `chromium-${packageJson.devDependencies["@sparticuz/chromium"]}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await slowStep("Unpacking the browser that npm brought", console.log, () =>
      runProgram(process.execPath, ["--input-type=module", "--eval", UNPACK], {
        cwd: import.meta.dirname,
        environment: { ...inherited, TMPDIR: partial },
      }),
    );
    writeFileSync(join(partial, "fonts/fonts.conf"), fontSettings(folder));
    copyFileSync(CHINESE_FONT, join(partial, "fonts/fonts", basename(CHINESE_FONT)));
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The browser ends where it finds no font at all; its own settings name a folder of another machine. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts/cache</cachedir></fontconfig>
`;
}

function starts(program: string, environment: Record<string, string>): boolean {
  try {
    execFileSync(program, ["--version"], { env: { ...readMachine().inherited, ...environment }, stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
