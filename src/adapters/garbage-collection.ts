import { setFlagsFromString } from "node:v8";

/** The old heap may grow to four times of what is alive before all of it is looked through again. */
export const HEAP_GROWTH = "--heap-growing-percent=300";

/**
 * Lets the heap grow to a few times of what is alive before all of it is collected. V8 leaves a small heap with a large young generation a few
 * megabytes, which a server under load fills three times a second, and each time takes the threads of both processors for twenty milliseconds (ADR 32).
 */
export function collectAllSeldom(): void {
  setFlagsFromString(HEAP_GROWTH);
}
