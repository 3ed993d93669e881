import { runCommand } from "../src/command.ts";
import { MAKE_PEOPLE_HELP, runMakePeople } from "../src/people/make-people-command.ts";

await runCommand(MAKE_PEOPLE_HELP, runMakePeople);
