// Code that isn't in the processor's caches costs more than what it does. So requests that one turn of the event loop brings take each stage of
// their way together: one right after the other, they find its code still there, where the others' would have pushed it out (ADR 32).

let brought: (() => void)[] = [];

/** Has a request go on when all that came in this turn have been read, right after the one before. */
export function atEndOfTurn(goOn: () => void): void {
  if (brought.push(goOn) > 1) return;
  setImmediate(() => {
    const all = brought;
    brought = [];
    for (const each of all) each();
  });
}

/** What has been waited for already: a request that awaits it lets the others of its turn finish the same stage first. */
export const NEXT_STAGE = Promise.resolve();
