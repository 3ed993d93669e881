import { statSync, writeFileSync } from "node:fs";

const TOUCH_EVERY = 5000;
const HEALTHY_FOR = 30_000;

/** Keeps a worker's health file fresh while it works, for whoever looks from outside. @returns how to stop */
export function showHealth(healthFile: string | undefined, works: () => boolean): () => void {
  const timer = setInterval(() => {
    if (healthFile !== undefined && works()) writeFileSync(healthFile, "");
  }, TOUCH_EVERY);
  return () => clearInterval(timer);
}

/** @throws Error when the worker of a health file has not been seen at work for half a minute, or never */
export function requireHealth(healthFile: string): void {
  const seen = statSync(healthFile, { throwIfNoEntry: false })?.mtimeMs;
  if (seen === undefined || Date.now() - seen > HEALTHY_FOR) throw new Error("The worker has not been seen at work for half a minute.");
}
