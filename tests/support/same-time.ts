import { expect } from "vitest";

/**
 * Expects that time does not tell one thing from another: in pairs, either takes longer about as often. Unlike a mean, that count is not swayed
 * by a few rounds in which the machine did something else.
 */
export async function expectSameTime(rounds: number, one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<void> {
  const time = async (run: () => Promise<unknown>) => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
  let longer = 0;
  for (let round = -10; round < rounds; round += 1) {
    // In turn, so that neither always follows the other.
    const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
    const difference = (await time(first)) - (await time(second));
    if (round >= 0 && (round % 2 === 0 ? difference : -difference) > 0) longer += 1;
  }
  // If chance alone decides which of a pair takes longer, this fails once in sixteen thousand runs.
  expect(Math.abs(longer - rounds / 2)).toBeLessThan(2 * Math.sqrt(rounds));
}
