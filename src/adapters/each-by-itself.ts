import { errorCode } from "./file-state.ts";

/**
 * Does something for each, one after the other; one that fails keeps no other from its turn.
 * @param tell hears which one failed, and by which code: a message may quote the name of a file
 */
export async function eachByItself<T>(
  items: Iterable<T>,
  run: (item: T) => Promise<unknown>,
  tell: (item: T, code: string) => void,
): Promise<void> {
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      tell(item, errorCode(error) ?? (error instanceof Error ? error.name : "unknown"));
    }
  }
}
