import { setTimeout as sleep } from "node:timers/promises";

/** New data shows within 30 s (requirement CU.7). */
export const FRESH_MS = 30_000;

/**
 * What was on its way when the power was cut is sent again: a closing after 15 s, an event after 45 s,
 * each with growing pauses.
 */
export const RESENT_MS = 120_000;

/**
 * Asks `probe` again and again until it gives something, and gives that. A refused connection counts
 * as nothing, so that it can be used across restarts.
 */
export async function until(what, probe, limit = FRESH_MS) {
  const end = Date.now() + limit;
  let last;
  do {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  } while (Date.now() < end);
  throw new Error(`waited ${limit / 1000} s in vain until ${what}`, { cause: last });
}
