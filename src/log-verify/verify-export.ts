import { closeSync, fstatSync, openSync } from "node:fs";
import { bundlesOf, bundleWidth, parseBundlePath } from "../log-export/bundle-path.ts";
import { parseManifest, parseSurplus, SURPLUS_FILE } from "../log-export/manifest.ts";
import { centralDirectory, readAt, walkZip, ZipDamaged } from "../log-export/zip-file.ts";
import { formatTilePath } from "../transparency/tile-path.ts";
import { TILE_WIDTH, tileWidth } from "../transparency/tile-place.ts";
import { HASH_BYTES } from "../transparency/tree.ts";
import { type BundleRange, takeBundles } from "./bundle-tasks.ts";
import { checkDisposal, DisposalOrder } from "./check-disposal.ts";
import { checkHistory, checkReceipts, type Receipt } from "./check-history.ts";
import { MonthsCoverage } from "./check-months.ts";
import { checkNotes, type FoundNote, type KnownCheckpoint, type KnownKeys, openKnown } from "./check-notes.ts";
import { checkOnThreads } from "./check-threads.ts";
import { type Finding, type FindingKind, Findings } from "./finding.ts";
import { findRemadeTiles, judgeBundles } from "./judge-bundles.ts";
import { RecomputedLog } from "./recomputed-log.ts";
import { type Report, reportOf } from "./report.ts";
import { followRoot, type SignedTree } from "./tree-levels.ts";
import { type FoundTiles, readZip, takeBeginning, takeNotes, takeUpperTiles, type ZipReader } from "./zip-head.ts";

/** Findings that say why the entries don't give the signed root. */
const TREE_KINDS = [
  "entry-changed",
  "entry-missing",
  "entry-moved",
  "entry-added",
  "tile-changed",
  "tile-missing",
  "tree-changed",
  "fork",
] as const satisfies readonly FindingKind[];

/** What the person who verifies knows from elsewhere. */
export interface Evidence extends KnownKeys {
  /** Signed notes that were kept elsewhere. */
  readonly kept: readonly FoundNote[];
  readonly receipts: readonly Receipt[];
}

export interface VerifyOptions {
  /** The verifier's clock, epoch milliseconds. */
  readonly now: number;
  /** Told how many entries are checked. */
  readonly progress: (entries: number) => void;
}

/**
 * Verifies an export by itself: no database, no network.
 * @throws the system's error when the file can't be read
 * @clause 4(1)5
 */
export async function verifyExport(path: string, evidence: Evidence, options: VerifyOptions): Promise<Report> {
  const fd = openSync(path, "r");
  const findings = new Findings();
  try {
    return await verifyOpen(fd, evidence, options, findings);
  } catch (error) {
    if (!(error instanceof ZipDamaged)) throw error;
    findings.add({ kind: "zip-damaged", what: error.message });
    return reportOf({ findings });
  } finally {
    closeSync(fd);
  }
}

async function verifyOpen(fd: number, evidence: Evidence, { now, progress }: VerifyOptions, findings: Findings): Promise<Report> {
  const report = (finding: Finding) => findings.add(finding);
  const zip = readZip(fd, walkZip(fd), report);
  const beginning = takeBeginning(zip);
  if (beginning === undefined)
    throw new ZipDamaged("The ZIP doesn't begin with a checkpoint and a manifest: it is no export of a query log.");
  const bounding = openBounding(beginning.checkpoint, evidence);
  if ("what" in bounding) {
    report(bounding);
    return reportOf({ findings });
  }
  const { size } = bounding;
  const manifest = parseManifest(beginning.manifest);
  if (manifest === undefined || manifest.endBundle > bundlesOf(size) || size / TILE_WIDTH > fstatSync(fd).size)
    throw new ZipDamaged("The manifest isn't one of this format and of a log of this size.");
  if (manifest.months === null && (manifest.beginBundle > 0 || manifest.endBundle < bundlesOf(size)))
    report({ kind: "not-covered", what: "The export says that it is of the whole log, and holds a part of it." });
  findings.addAll(checkDisposal(manifest.disposed, size, now));
  const notes = checkNotes(takeNotes(zip), evidence.kept, evidence, bounding);
  findings.addAll(notes.findings);
  const tiles = takeUpperTiles(zip, size, report);
  const wanted = [...notes.known.map((known) => known.size), ...evidence.receipts.map(({ index }) => index), size];
  const range = { size, manifest, wanted: new Set(wanted.map((index) => Math.floor(index / TILE_WIDTH))) };
  const log = new RecomputedLog(tiles.levels);
  const disposals = new DisposalOrder(manifest.disposed);
  const coverage = new MonthsCoverage(manifest, size);
  const bundles = manifest.endBundle - manifest.beginBundle;
  for await (const result of checkOnThreads(fd, manifest.disposed, takeBundles(zip, range, report), bundles)) {
    findings.addAll(result.findings);
    findings.addAll(log.add(result));
    findings.addAll(disposals.add(result));
    coverage.add(result);
    progress(log.entries);
  }
  if (manifest.endBundle === bundlesOf(size)) findings.addAll(disposals.finish(size));
  findings.addAll(coverage.finish());
  takeEnd(zip, fd, range, log, report);
  const computed = log.finish();
  const signed = followRoot(tiles.levels, computed, bounding.root);
  judge(signed, tiles, log, range, findings);
  if (!computed.rootAt(size).equals(bounding.root) && !TREE_KINDS.some((kind) => kind in findings.counts))
    report({ kind: "tree-changed", what: "The entries aren't those that were signed: the tree over them has another root." });
  const leavesOf = (bundle: number) => log.leavesOf(bundle, signed);
  const others = notes.known.filter((known) => known !== bounding);
  findings.addAll(checkHistory(others, signed.levels, leavesOf));
  findings.addAll(checkReceipts(evidence.receipts, size, leavesOf));
  return reportOf({ findings, bounding, manifest, notes, log });
}

/** The checkpoint that bounds the export: only the log's own key says what the log is. A witness' says that it saw it. */
function openBounding(found: FoundNote, evidence: Evidence): KnownCheckpoint | Finding {
  const opened = openKnown(found, evidence);
  if (opened !== undefined && ("what" in opened || opened.keys.some((key) => evidence.log.includes(key) && key.name === opened.origin)))
    return opened;
  return { kind: "signature", file: found.from, what: "The export's checkpoint is signed by no key of the log that was given." };
}

/** What follows the bundles: tiles of leaves that no bundle has, rows without a place, and the ZIP's directory. */
function takeEnd(zip: ZipReader, fd: number, range: BundleRange, log: RecomputedLog, report: Findings["add"]): void {
  const taken = takeLoneTiles(zip, range, log);
  const { size, manifest } = range;
  const last = Math.floor(size / TILE_WIDTH);
  if (size % TILE_WIDTH > 0 && last >= manifest.endBundle && taken !== last) {
    const edge = formatTilePath({ level: 0, index: last, width: size % TILE_WIDTH });
    report({ kind: "tile-missing", file: edge, what: `${edge} isn't there, or has another length.` });
  }
  if (zip.next?.name === SURPLUS_FILE) reportSurplus(zip.take(), report);
  for (; zip.next !== undefined; zip.pass())
    report({ kind: "zip-damaged", file: zip.next.name, what: `${zip.next.name} is no file of this export.` });
  checkDirectory(fd, zip.end, report);
}

/** Tiles of leaves whose bundles aren't here, in order. @returns the last one's index */
function takeLoneTiles(zip: ZipReader, { size, manifest, wanted }: BundleRange, log: RecomputedLog): number {
  let last = -1;
  for (;;) {
    const next = zip.next && parseBundlePath(zip.next.name);
    if (next?.part !== "tile" || next.index <= last || (manifest.beginBundle <= next.index && next.index < manifest.endBundle)) return last;
    if (next.width !== bundleWidth(size, next.index) || zip.next?.size !== next.width * HASH_BYTES) return last;
    last = next.index;
    log.addLoneTile(last, zip.take(), wanted.has(last));
  }
}

function reportSurplus(bytes: Buffer, report: Findings["add"]): void {
  const surplus = parseSurplus(bytes);
  for (const { index, columns } of surplus?.shown ?? [])
    report({ kind: "entry-added", index, what: `A row that isn't of the log claims place ${index}: ${columns}.` });
  if (surplus === undefined || surplus.rows > surplus.shown.length)
    report({ kind: "entry-added", file: SURPLUS_FILE, what: `${surplus?.rows ?? "Some"} rows that aren't of the log claim places in it.` });
}

/** The ZIP's directory must say what its files say, so that no program sees other files than this one, and nothing may follow. */
function checkDirectory(fd: number, begin: number, report: Findings["add"]): void {
  let at = begin;
  for (const record of centralDirectory(walkZip(fd))) {
    if (!readAt(fd, at, record.length).equals(record)) {
      report({ kind: "zip-damaged", what: `The ZIP's directory is damaged or names other files than are there, at byte ${at}.` });
      return;
    }
    at += record.length;
  }
  if (fstatSync(fd).size !== at) report({ kind: "zip-damaged", what: `The ZIP goes on after its end, at byte ${at}.` });
}

function judge(signed: SignedTree, tiles: FoundTiles, log: RecomputedLog, { size, manifest }: BundleRange, findings: Findings): void {
  for (const { level, index } of signed.changed) {
    const file = formatTilePath({ level, index, width: tileWidth(size, level, index) });
    if (tiles.has(level, index)) findings.add({ kind: "tile-changed", file, what: `${file} isn't the tile that was signed.` });
    else findings.add({ kind: "tile-missing", file, what: `${file} isn't there.` });
  }
  for (const { level, index } of signed.lost) {
    const file = formatTilePath({ level, index, width: tileWidth(size, level, index) });
    const entries = TILE_WIDTH ** (level + 1);
    const what = `Neither ${file} nor the entries give what was signed: entries ${index * entries} to ${(index + 1) * entries - 1} aren't those, one of them at least.`;
    findings.add({ kind: "tree-changed", index: index * entries, file, what });
  }
  for (const index of log.changedLoneTiles(signed)) {
    const file = formatTilePath({ level: 0, index, width: TILE_WIDTH });
    findings.add({ kind: "tile-changed", index: index * TILE_WIDTH, file, what: `${file} isn't the tile that was signed.` });
  }
  findings.addAll(judgeBundles(log.disagreements, signed));
  findings.addAll(
    findRemadeTiles(
      manifest,
      (bundle) => log.rootOf(bundle),
      (bundle) => log.isJudged(bundle),
      signed,
    ),
  );
  if (signed.source === "neither")
    findings.add({
      kind: "fork",
      what: "Neither the entries nor the tiles give the root that was signed: this is another tree, or what else was found made it one.",
    });
}
