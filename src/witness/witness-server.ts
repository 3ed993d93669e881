import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { LONGEST_REQUEST_BYTES } from "../transparency/add-checkpoint.ts";
import type { WitnessAnswer } from "./add-checkpoint.ts";

const REQUEST_LIMIT = 10_000;
const MOST_CONNECTIONS = 100;

/** What the server gives the work to. */
export interface WitnessService {
  readonly addCheckpoint: (body: Buffer) => WitnessAnswer;
  /** Something that no request is to blame for: the answer is 500, and the witness should stop. */
  readonly onFailure: (error: unknown) => void;
}

/** `POST /add-checkpoint` and `GET /healthz`, on Node alone; nothing else is served. */
export function createWitnessServer(service: WitnessService): Server {
  const server = createServer({ requestTimeout: REQUEST_LIMIT, headersTimeout: REQUEST_LIMIT }, (request, response) => {
    void serve(service, request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function serve({ addCheckpoint, onFailure }: WitnessService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const resource = `${request.method} ${request.url}`;
  if (resource === "GET /healthz") return send(response, 200, "text/plain", "ok\n");
  if (resource !== "POST /add-checkpoint") return send(response, 404, "text/plain", "A witness has POST /add-checkpoint only.\n");
  const body = await readBody(request);
  if (body === "broken-off") return;
  if (body === "too-long") {
    // What is still coming isn't read.
    response.setHeader("connection", "close");
    return send(response, 413, "text/plain", `A request has at most ${LONGEST_REQUEST_BYTES} bytes.\n`);
  }
  try {
    const answer = addCheckpoint(body);
    send(response, answer.status, answer.contentType, answer.body);
  } catch (error) {
    send(response, 500, "text/plain", "The witness can't keep its state, so it signs nothing.\n");
    // Once the answer is on its way.
    setImmediate(onFailure, error);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | "too-long" | "broken-off"> {
  if (Number(request.headers["content-length"] ?? 0) > LONGEST_REQUEST_BYTES) return "too-long";
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > LONGEST_REQUEST_BYTES) return "too-long";
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return "broken-off";
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) }).end(body);
}
