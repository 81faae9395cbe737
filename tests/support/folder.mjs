// Where tests keep what is gone afterwards.

import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** Containers often have 64 MB there, and a runtime's store may take a third of that. */
const ENOUGH_BYTES = 1 << 30;

/**
 * A new folder, in memory where there is plenty: each write to a Durable Object waits for the disk, which is most
 * of the time that the suites take on a slow one. A killed process loses nothing either way.
 */
export function folder(prefix) {
  return mkdtempSync(join(hasMemory() ? MEMORY : tmpdir(), prefix));
}

function hasMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
