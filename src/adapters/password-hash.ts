import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(argon2);

/** Argon2id with 46 MiB, as OWASP's cheat sheet on password storage has it: some tens of milliseconds a try. */
const COST = { memory: 47_104, passes: 1, parallelism: 1 };
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

/** The Argon2id hash of a password in PHC's string form, which other implementations read too. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const hash = await derive("argon2id", { ...COST, message: messageOf(password), nonce, tagLength: 32 });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(nonce)}$${unpadded(hash)}`;
}

/** Whether a password is the one that was hashed, at the cost that its hash names. @throws Error for what is no such hash */
export async function isPassword(password: string, hashed: string): Promise<boolean> {
  const [, memory, passes, parallelism, nonce = "", hash = ""] = PHC.exec(hashed) ?? [];
  if (memory === undefined) throw new Error("A password's hash is malformed.");
  const expected = Buffer.from(hash, "base64");
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const message = messageOf(password);
  const found = await derive("argon2id", { ...cost, message, nonce: Buffer.from(nonce, "base64"), tagLength: expected.length });
  return timingSafeEqual(found, expected);
}

/** The same password, however a keyboard composes its characters. */
function messageOf(password: string): Buffer {
  return Buffer.from(password.normalize("NFC"));
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
