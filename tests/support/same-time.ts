import { expect } from "vitest";

/** What a pair may differ by, as a share of its time; what was told by time before was a quarter. */
const TOLERANCE = 0.15;
/** On a busy machine the rounds that were asked for may differ by chance: so often as many are added before it counts. */
const MORE = 3;
const WARM_UP = 10;

/**
 * Expects that time does not tell one thing from another: in pairs, one after the other, the middle difference is next to nothing. Unlike a mean,
 * it is not swayed by rounds in which the machine did something else.
 */
export async function expectSameTime(rounds: number, one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<void> {
  const time = async (run: () => Promise<unknown>) => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
  const differences: number[] = [];
  const times: number[] = [];
  const share = () => Math.abs(middle(differences)) / middle(times);
  for (let round = -WARM_UP; round < rounds * (1 + MORE); round += 1) {
    if (round >= rounds && round % rounds === 0 && share() < TOLERANCE) break;
    // In turn, so that neither always follows the other.
    const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
    const [before, after] = [await time(first), await time(second)];
    if (round < 0) continue;
    differences.push(round % 2 === 0 ? before - after : after - before);
    times.push((before + after) / 2);
  }
  expect(share()).toBeLessThan(TOLERANCE);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
