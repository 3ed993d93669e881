import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { closeServer } from "../adapters/close-server.ts";
import { answerAddCheckpoint, type WitnessAnswer } from "./add-checkpoint.ts";
import type { Witness } from "./open-witness.ts";
import { createWitnessServer } from "./witness-server.ts";

/** Where a witness listens, and until when. */
export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  /** Asked for once it listens. */
  readonly stopSignal: () => Promise<unknown>;
}

/**
 * Serves until it is told to stop.
 * @throws what keeps the witness from keeping its state: it doesn't go on then
 */
export async function serveWitness({ store, identity }: Witness, { host, port, stopSignal }: ServeSettings): Promise<string> {
  const failed = Promise.withResolvers<never>();
  const server = createWitnessServer({
    addCheckpoint(body) {
      const now = new Date();
      const answer = answerAddCheckpoint(store, identity, body, now);
      report(answer, now);
      return answer;
    },
    onFailure: failed.reject,
  });
  server.listen(port, host);
  await once(server, "listening");
  console.log(`${identity.name} listens on http://${host}:${(server.address() as AddressInfo).port}.`);
  await Promise.race([stopSignal(), failed.promise]);
  await closeServer(server);
  store.close();
  return "The witness has stopped.";
}

/** A line for each request that the log has signed; what strangers send leaves no trace. */
function report({ status, asked }: WitnessAnswer, now: Date): void {
  if (asked !== undefined) console.log(`${now.toISOString()} ${status} ${asked.origin} ${asked.size}`);
}
