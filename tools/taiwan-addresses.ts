import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ipaddr from "ipaddr.js";

const HELP = `Usage: node tools/taiwan-addresses.ts FILE…

Makes src/adapters/taiwan-addresses.txt anew: the networks that the registries gave to Taiwan, from their daily statistics files
(delegated-apnic-latest and its like of AFRINIC, ARIN, LACNIC and RIPE NCC, in the RIR statistics exchange format). Taiwan's are
nearly all APNIC's; the other registries' files add a few.`;

const TARGET = join(import.meta.dirname, "../src/adapters/taiwan-addresses.txt");
const GIVEN = ["allocated", "assigned"];

/** A run of addresses; the last one is included. */
interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

const files = process.argv.slice(2);
if (files.length === 0 || files.includes("--help")) {
  console.log(HELP);
  process.exit(files.length === 0 ? 1 : 0);
}
const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n")).map((line) => line.split("|"));
const [days, records] = [lines.filter(([version]) => /^2(\.\d+)?$/.test(version ?? "")), lines.filter(([, country]) => country === "TW")];
const newest = days
  .map(([, , day = ""]) => day)
  .sort()
  .at(-1);
const runs = (type: "ipv4" | "ipv6") =>
  joined(
    records
      .filter(([, , of, , , , status = ""]) => of === type && GIVEN.includes(status))
      .map(([, , , start = "", size = ""]) => {
        const first = numberOf(start);
        return { first, last: first + (type === "ipv4" ? BigInt(size) : 1n << (128n - BigInt(size))) - 1n };
      }),
  );
const networks = [
  ...runs("ipv4").flatMap((run) => cidrs(run, 32n, (first) => ipaddr.IPv4.parse(String(first)).toString())),
  ...runs("ipv6").flatMap((run) => cidrs(run, 128n, v6Text)),
];
if (newest === undefined || networks.length < 500) throw new Error("These are not the registries' statistics files: read --help.");
const date = newest.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
writeFileSync(
  TARGET,
  `# Networks that the regional Internet registries gave to Taiwan, as of ${date}.
# From their statistics files (RIR statistics exchange format), which APNIC makes "freely available for download and use"
# without liability for what is in them. Where a network was given, not where it is used. Made by tools/taiwan-addresses.ts.
${networks.join("\n")}
`,
);
console.log(`${networks.length} networks as of ${date}.`);

function numberOf(address: string): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function joined(all: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of all.toSorted((one, other) => (one.first < other.first ? -1 : 1))) {
    const before = result.at(-1);
    if (before !== undefined && run.first <= before.last + 1n)
      result[result.length - 1] = { first: before.first, last: run.last > before.last ? run.last : before.last };
    else result.push(run);
  }
  return result;
}

function cidrs({ first, last }: Run, bits: bigint, text: (first: bigint) => string): string[] {
  const result: string[] = [];
  for (let next = first; next <= last; ) {
    let prefix = bits;
    // As large as its place and what is left allow.
    while (prefix > 0n && next % (1n << (bits - prefix + 1n)) === 0n && next + (1n << (bits - prefix + 1n)) - 1n <= last) prefix -= 1n;
    result.push(`${text(next)}/${prefix}`);
    next += 1n << (bits - prefix);
  }
  return result;
}

function v6Text(number: bigint): string {
  const bytes = Array.from({ length: 16 }, (_, index) => Number((number >> BigInt(8 * (15 - index))) & 255n));
  return new ipaddr.IPv6(bytes).toString();
}
