import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  /** Headers and body, undecoded. */
  readonly raw: string;
  readonly header: (name: string) => string | undefined;
  /** The body, decoded. */
  readonly text: string;
}

/** A real SMTP server on loopback. */
export interface TestMailServer {
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** Answers of the next mails, oldest first: a refusal as SMTP says it, code first, or what the taking waits for. */
  readonly next: (string | Promise<void>)[];
  /** How often somebody has connected. */
  connections(): number;
  stop(): Promise<void>;
}

/** @param port where it was before, to come back; 0 takes a free one */
export async function startMailServer(port = 0, options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const next: (string | Promise<void>)[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onRcptTo(_address, _session, callback) {
      const refusal = typeof next[0] === "string" ? (next.shift() as string) : undefined;
      callback(refusal === undefined ? null : Object.assign(new Error(refusal.slice(4)), { responseCode: Number(refusal.slice(0, 3)) }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({ ...parse(raw), to: rcptTo.map(({ address }) => address).join(), from: mailFrom === false ? "" : mailFrom.address });
        void Promise.resolve(next.shift()).then(() => callback(null));
      });
    },
    ...options,
  });
  // Clients that a test kills break their connections.
  server.on("error", () => undefined);
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const scheme = options.secure === true ? "smtps" : "smtp";
  return {
    url: `${scheme}://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    next,
    connections: () => connections,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parse(raw: string): Pick<ReceivedMail, "raw" | "header" | "text"> {
  const [head = "", ...body] = raw.split("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const header = (name: string) => {
    const line = lines.find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return line === undefined ? undefined : decodeWords(line.slice(name.length + 1).trim());
  };
  const encoded = body.join("\r\n\r\n");
  const encoding = header("content-transfer-encoding");
  const text =
    encoding === "base64"
      ? Buffer.from(encoded, "base64").toString("utf8")
      : encoding === "quoted-printable"
        ? unquote(encoded.replace(/=\r\n/g, ""), /=([0-9A-F]{2})/g)
        : encoded;
  return { raw, header, text: text.replaceAll("\r\n", "\n") };
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === "B" ? Buffer.from(word, "base64").toString("utf8") : unquote(word.replaceAll("_", " "), /=([0-9A-F]{2})/g),
    );
}

function unquote(text: string, code: RegExp): string {
  return Buffer.from(
    text.replace(code, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");
}
