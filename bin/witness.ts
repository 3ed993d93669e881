import { runCommand, stopSignal } from "../src/command.ts";
import { readEnvironment } from "../src/config.ts";
import { runWitnessCommand, WITNESS_HELP } from "../src/witness/witness-command.ts";

await runCommand(WITNESS_HELP, (argv) => runWitnessCommand(argv, { ...readEnvironment(), stopSignal }));
