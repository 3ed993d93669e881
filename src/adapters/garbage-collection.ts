import { setFlagsFromString } from "node:v8";

/** The heap may grow by three times of what is alive. */
export const HEAP_GROWTH = "--heap-growing-percent=300";

/**
 * Lets the heap grow to four times of what is alive before all of it is collected. V8 leaves a small heap with a large young generation a few
 * megabytes, which a server under load fills three times a second, and each time takes the threads of both processors for twenty milliseconds (ADR 32).
 */
export function collectAllSeldom(): void {
  setFlagsFromString(HEAP_GROWTH);
}
