/** How many rows one statement may carry, and how many statements may be under way at once. */
export interface SharedStatementLimits {
  readonly maximumRows: number;
  readonly statementsAtOnce: number;
  /** Rows that may wait; beyond them new work is refused rather than kept. */
  readonly maximumWaitingRows: number;
}

/** More work waits than can be answered in time. */
export class Overloaded extends Error {
  override name = "Overloaded";
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly rows: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets concurrent requests share database statements: what arrives while a statement is under way rides in the next one.
 * One statement costs a round trip, a plan and a commit whether it carries one row or hundreds.
 * @param execute runs one statement for several items and returns their results in order; when it throws, every item of it fails
 * @param rowsOf rows that an item brings
 */
export function shareStatement<Item, Result>(
  execute: (items: Item[]) => Promise<Result[]>,
  rowsOf: (item: Item) => number,
  limits: SharedStatementLimits,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let waitingRows = 0;
  let underWay = 0;
  let scheduled = false;

  function take(): Waiting<Item, Result>[] {
    let rows = 0;
    let count = 0;
    for (const next of waiting) {
      if (count > 0 && rows + next.rows > limits.maximumRows) break;
      rows += next.rows;
      count += 1;
    }
    waitingRows -= rows;
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  async function run(): Promise<void> {
    underWay += 1;
    while (waiting.length > 0) {
      const taken = take();
      try {
        const results = await execute(taken.map(({ item }) => item));
        for (const [place, { resolve }] of taken.entries()) resolve(results[place] as Result);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    underWay -= 1;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const rows = rowsOf(item);
      if (waitingRows + rows > limits.maximumWaitingRows) {
        reject(new Overloaded("More requests wait than can be answered in time."));
        return;
      }
      waiting.push({ item, rows, resolve, reject });
      waitingRows += rows;
      if (underWay >= limits.statementsAtOnce || scheduled) return;
      scheduled = true;
      // Requests that the same turn of the event loop reads go together.
      setImmediate(() => {
        scheduled = false;
        if (underWay < limits.statementsAtOnce) void run();
      });
    });
}
