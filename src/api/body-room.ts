/** Bytes of large bodies that may be under way at once: of callers who may ask, and of those whom we only know. */
const ROOM = { mayAsk: 64 * 1_048_576, known: 8 * 1_048_576 } as const;

/** Room for large bodies, kept apart, so that nobody whose rights have ended takes it from those who have some. */
export interface BodyRoom {
  /** Sets bytes aside; undefined when there is no room for them now. @returns gives them back, to be called once */
  take(whose: keyof typeof ROOM, bytes: number): (() => void) | undefined;
}

/** The room of one process: its memory is what is to be kept. */
export function createBodyRoom(): BodyRoom {
  const left = { ...ROOM } as Record<keyof typeof ROOM, number>;
  return {
    take(whose, bytes) {
      if (bytes > left[whose]) return undefined;
      left[whose] -= bytes;
      return () => {
        left[whose] += bytes;
      };
    },
  };
}
