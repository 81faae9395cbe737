// How long to wait before trying again.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Doubling from half a second to half a minute, by chance up to half shorter, so that many visitors
 * who lost the same server do not come back at the same moment. `random` is in 0..1. */
export function backoff(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return longest * (1 - random / 2);
}

/** Runs something later; the answer cancels it. */
export type Delay = (ms: number, run: () => void) => () => void;

export const browserDelay: Delay = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
