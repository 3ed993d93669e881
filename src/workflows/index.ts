export { integration } from "./integration.ts";
export { upkeep } from "./upkeep.ts";
