import { runVerifyLog, VERIFY_LOG_HELP } from "../src/log-verify/verify-command.ts";

const argv = process.argv.slice(2);
if (argv.includes("--help") || argv.includes("-h")) console.log(VERIFY_LOG_HELP);
else process.exitCode = await runVerifyLog(argv, console.log, console.error);
