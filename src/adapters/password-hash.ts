import { hash, verify } from "@node-rs/argon2";

/** Argon2id with 46 MiB, as OWASP's cheat sheet on password storage has it: some tens of milliseconds a try. */
const COST = { memoryCost: 47_104, timeCost: 1, parallelism: 1 };

/** The Argon2id hash of a password, in PHC's string form. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFC"), COST);
}

/** Whether a password is the one that was hashed. */
export function isPassword(password: string, hashed: string): Promise<boolean> {
  return verify(hashed, password.normalize("NFC"));
}
