import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createKeys, rotateKey } from "../src/adapters/key-store.ts";
import { appendKeyTrail } from "../src/adapters/key-trail.ts";
import { logVerifierKeys, rotateLogSigningKey } from "../src/adapters/log-signing-key.ts";
import { makePasswords } from "../src/adapters/role-password.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { requireWhoAndWhy } from "../src/domain/who-and-why.ts";

const RINGS = ["index", "log-encryption", "temporal-payload", "console"] as const;
const TEXT = { type: "string" } as const;
const HELP = `Usage: node bin/keys.ts create [--passwords FOLDER] | rotate <ring> --as ACCOUNT --reason TEXT | log
create        makes the keys that KEYS_DIR does not have yet, and with --passwords the passwords that docker-compose.yml names; never
              touches one that is there
rotate RING   adds the next key of a ring: ${RINGS.join(", ")}, log-signing. Restart the processes to use it; index keys take effect with the
              next import, and the log is signed with the newest two keys. Who did so, when and why stands in KEYS_DIR/trail.jsonl
log           prints what others verify the log with: its verifier keys, the newest last
Back the key folder up apart from the database: who has both can read everything, who has lost it can read nothing.`;

await runCommand(HELP, async (argv) => {
  const { values, positionals } = parseArgs({ args: argv, options: { passwords: TEXT, as: TEXT, reason: TEXT }, allowPositionals: true });
  const [command, ring] = positionals;
  const { keysDirectory, logOrigin } = readEnvironment();
  if (command === "create") {
    const made = createKeys(keysDirectory);
    // The worker fills it; here so that containers find a place to mount over.
    mkdirSync(join(keysDirectory, "openpgp"), { recursive: true, mode: 0o700 });
    if (values.passwords !== undefined) {
      makePasswords(values.passwords);
      // The mail server's is for its owner to give: its file is made empty.
      closeSync(openSync(join(values.passwords, "smtp.password"), "a", 0o600));
    }
    return made.length === 0 ? `All keys are there already in ${keysDirectory}.` : `Made ${made.join(", ")} in ${keysDirectory}.`;
  }
  const known = RINGS.find((name) => name === ring);
  if (command === "rotate" && (known !== undefined || ring === "log-signing")) {
    const by = requireWhoAndWhy(values);
    const announce = (made: string) => appendKeyTrail(keysDirectory, { takenAt: new Date().toISOString(), ...by, made });
    const made =
      known === undefined ? rotateLogSigningKey(keysDirectory, announce) : `${known}/${rotateKey(keysDirectory, known, announce)}`;
    return `Made key ${made} in ${keysDirectory}.`;
  }
  if (command === "log") return logVerifierKeys(keysDirectory, logOrigin).reverse().join("\n");
  throw new Error(HELP);
});
