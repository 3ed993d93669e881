import { setFlagsFromString } from "node:v8";

/** By how many percent of what is alive the old heap may grow before all of it is looked through again. */
const GROWTH = 300;

/**
 * Lets the heap grow to a few times of what is alive before all of it is collected. V8 leaves a small heap with a large young generation a few
 * megabytes, which a server under load fills three times a second, and each time takes the threads of both processors for twenty milliseconds.
 */
export function collectAllSeldom(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
