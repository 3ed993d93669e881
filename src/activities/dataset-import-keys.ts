import { type Dataset, findDataset, listDatasets } from "../../db/queries/dataset-import.ts";
import {
  type DeliveryKey,
  findDeliveryKey,
  listDeliveryKeys,
  lockKeyFolder,
  recordDeliveryKey,
} from "../../db/queries/dataset-import-delivery-key.ts";
import { findDatasetStep, newestTrustStep, recordDatasetStep, requireDedicatedOfficer } from "../../db/queries/dataset-step.ts";
import { openOpenpgpKeyFolder } from "../adapters/openpgp-key-folder.ts";
import { type KeyDescription, readPublicKey, UnusableKey } from "../adapters/openpgp-keys.ts";
import type { WorkerContext } from "../context.ts";
import { type DatasetKeyRequest, requireKeyRequest } from "../domain/dataset-keys.ts";
import { RuleViolation } from "../domain/rule-violation.ts";
import { asRuleFailure } from "../workflows/rule-failure.ts";
import { destroyDeliveryKey } from "./dataset-import-destroy.ts";

/** A delivery key; times are ISO 8601. */
export interface IssuedKey extends Pick<DeliveryKey, "fingerprint" | "datasetCode" | "issuedBy"> {
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Null while its private half exists. */
  readonly destroyedAt: string | null;
}

/** What came of a request about keys; public halves are armored. */
export interface DatasetKeyAnswer {
  readonly fingerprint?: string;
  readonly publicKey?: string;
  readonly expiresAt?: string;
  readonly signingKey?: string;
  readonly deliveryKeys?: readonly IssuedKey[];
  readonly datasets?: readonly (Pick<Dataset, "code" | "ownerUnit"> & { readonly trusted: readonly DescribedKey[] })[];
  /** What a public key is that somebody showed. */
  readonly described?: DescribedKey;
}

/** A key, with the time (ISO 8601) at which it ends; null: never. */
export interface DescribedKey extends Omit<KeyDescription, "expiresAt"> {
  readonly expiresAt: string | null;
}

const MILLISECONDS_A_DAY = 86_400_000;

/** The keys of deliveries: those that the platform makes for one delivery each, and those of the units that deliver. */
export function createDatasetKeyActivities(context: WorkerContext) {
  return {
    /** @param requestId the same when a request that was cut short is tried again: it is done and recorded once */
    async keepDatasetKeys(request: DatasetKeyRequest, requestId: string = context.randomId()): Promise<DatasetKeyAnswer> {
      try {
        requireKeyRequest(request);
        if ("actor" in request) await requireDedicatedOfficer(context.db, request.actor, context.now());
        return await inTurn(context, () => keepKeys(context, request, requestId));
      } catch (error) {
        throw asRuleFailure(error instanceof UnusableKey ? new RuleViolation("4(1)1", "unusable-key", error.message) : error);
      }
    },
  };
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** One at a time: in this process by waiting for each other, which needs no connection, and among workers by a lock of the database. */
export function inTurn<T>(context: WorkerContext, run: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(() =>
    context.db.transaction().execute(async (trx) => {
      await lockKeyFolder(trx);
      return run();
    }),
  );
  lastTurn = turn.catch(() => undefined);
  return turn;
}

async function keepKeys(context: WorkerContext, request: DatasetKeyRequest, requestId: string): Promise<DatasetKeyAnswer> {
  const folder = openOpenpgpKeyFolder(context.config.keysDirectory);
  await folder.prepare(context.now());
  switch (request.action) {
    case "issue":
      return issue(context, request, requestId);
    case "revoke":
      return revoke(context, request);
    case "trust":
    case "distrust":
      return changeTrust(context, request, requestId);
    case "list": {
      const datasets = await listDatasets(context.db);
      const trusted = await Promise.all(
        datasets.map(async ({ code, ownerUnit }) => ({ code, ownerUnit, trusted: (await folder.trusted(ownerUnit)).map(describedKey) })),
      );
      return { deliveryKeys: (await listDeliveryKeys(context.db)).map(issuedKey), datasets: trusted };
    }
    case "describe":
      return { described: describedKey(await readPublicKey(request.publicKey)) };
    case "platform-keys": {
      const { signing, standing } = await folder.platformKeys();
      return { publicKey: standing, signingKey: signing, fingerprint: await folder.standingFingerprint() };
    }
  }
}

function describedKey({ fingerprint, userIds, version, expiresAt }: KeyDescription): DescribedKey {
  return { fingerprint, userIds, version, expiresAt: expiresAt?.toISOString() ?? null };
}

function issuedKey({ issuedAt, expiresAt, destroyedAt, publicKey: _, ...key }: DeliveryKey): IssuedKey {
  return { ...key, issuedAt: issuedAt.toISOString(), expiresAt: expiresAt.toISOString(), destroyedAt: destroyedAt?.toISOString() ?? null };
}

async function issue(
  context: WorkerContext,
  { dataset: code, version, rsa = false, days, actor, reason }: DatasetKeyRequest & { action: "issue" },
  requestId: string,
): Promise<DatasetKeyAnswer> {
  const { db, config, now } = context;
  const stepKey = `issue/${requestId}`;
  const issued = (await findDatasetStep(db, stepKey))?.particulars as { readonly fingerprint: string } | undefined;
  const key = issued && (await findDeliveryKey(db, issued.fingerprint));
  if (key !== undefined) return { fingerprint: key.fingerprint, publicKey: key.publicKey, expiresAt: key.expiresAt.toISOString() };
  const { datasetId } = await getDataset(db, code);
  const createdAt = new Date(Math.floor(now().getTime() / 1000) * 1000);
  const expiresAt = new Date(createdAt.getTime() + days * MILLISECONDS_A_DAY);
  const name = `Verification Platform delivery ${code} ${createdAt.toISOString().slice(0, 10)}`;
  const { fingerprint, publicKey } = await openOpenpgpKeyFolder(config.keysDirectory).createDeliveryKey({
    name,
    version,
    rsa,
    createdAt,
    expiresAt,
  });
  // A private half without this record is destroyed by the next sweep.
  await db.transaction().execute(async (trx) => {
    await recordDeliveryKey(trx, { fingerprint, datasetId, publicKey, issuedBy: actor, issuedAt: createdAt, expiresAt });
    await recordDatasetStep(trx, {
      key: stepKey,
      datasetId,
      step: "delivery-key-issued",
      actor,
      particulars: { fingerprint, version, reason },
      takenAt: now(),
    });
  });
  return { fingerprint, publicKey, expiresAt: expiresAt.toISOString() };
}

async function revoke(
  context: WorkerContext,
  { fingerprint, actor, reason }: DatasetKeyRequest & { action: "revoke" },
): Promise<DatasetKeyAnswer> {
  const { db, now } = context;
  const key = await findDeliveryKey(db, fingerprint);
  if (key === undefined)
    throw new RuleViolation("4(1)1", "unknown-delivery-key", "No delivery key has this fingerprint: bin/delivery-key.ts list shows them.");
  await recordDatasetStep(db, {
    key: `revoke/${fingerprint}`,
    step: "delivery-key-revoked",
    actor,
    particulars: { fingerprint, reason },
    takenAt: now(),
  });
  await destroyDeliveryKey(context, fingerprint, null, actor);
  return { fingerprint };
}

async function changeTrust(
  context: WorkerContext,
  request: DatasetKeyRequest & { action: "trust" | "distrust" },
  requestId: string,
): Promise<DatasetKeyAnswer> {
  const { db, config, now } = context;
  const { datasetId, ownerUnit } = await getDataset(db, request.dataset);
  const folder = openOpenpgpKeyFolder(config.keysDirectory);
  const stepKey = `${request.action}/${requestId}`;
  const { fingerprint } = request.action === "trust" ? await readPublicKey(request.publicKey) : request;
  if (request.action === "trust" && request.fingerprint !== undefined && request.fingerprint !== fingerprint)
    throw new RuleViolation(
      "4(1)1",
      "other-fingerprint",
      "The key has another fingerprint than the one compared: do not trust it, ask the unit.",
    );
  const isTrusted = (await folder.trusted(ownerUnit)).some((key) => key.fingerprint === fingerprint);
  if (request.action === "distrust" && !isTrusted && (await findDatasetStep(db, stepKey)) === undefined)
    throw new UnusableKey("No trusted key of that unit has this fingerprint: bin/dataset.ts list shows them.");
  // The record first: whoever is killed in between finds by it that the rest is still to be done.
  await recordDatasetStep(db, {
    key: stepKey,
    datasetId,
    step: request.action === "trust" ? "supplier-key-trusted" : "supplier-key-distrusted",
    actor: request.actor,
    particulars: { fingerprint, ownerUnit, reason: request.reason },
    takenAt: now(),
  });
  // Tried again it is finished, unless another has been taken since: the request may be sent anew by whoever reaches Temporal.
  if ((await newestTrustStep(db, ownerUnit, fingerprint)) !== stepKey) return { fingerprint };
  if (request.action === "trust") await folder.trust(ownerUnit, request.publicKey);
  else await folder.distrust(ownerUnit, fingerprint);
  return { fingerprint };
}

async function getDataset(db: WorkerContext["db"], code: string): Promise<Dataset> {
  const dataset = await findDataset(db, code);
  if (dataset !== undefined) return dataset;
  throw new RuleViolation("4(1)2", "unknown-dataset", "There is no such dataset: bin/dataset.ts list shows them.");
}
