import { createKeys, rotateKey } from "../src/adapters/key-store.ts";
import { runCommand } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";

const RINGS = ["index", "log-encryption", "temporal-payload"] as const;
const HELP = `Usage: node bin/keys.ts create | rotate <ring>
create        makes the keys that KEYS_DIR does not have yet; never touches one that is there
rotate RING   adds the next key of a ring: ${RINGS.join(", ")}. Restart the processes to use it; index keys take effect with the next import.
Back the key folder up apart from the database: who has both can read everything, who has lost it can read nothing.`;

await runCommand(HELP, async ([command, ring]) => {
  const { keysDirectory } = readEnvironment();
  if (command === "create") {
    const made = createKeys(keysDirectory);
    return made.length === 0 ? `All keys are there already in ${keysDirectory}.` : `Made ${made.join(", ")} in ${keysDirectory}.`;
  }
  const known = RINGS.find((name) => name === ring);
  if (command === "rotate" && known !== undefined) return `Made ${known} key ${rotateKey(keysDirectory, known)} in ${keysDirectory}.`;
  throw new Error(HELP);
});
