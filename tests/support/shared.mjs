// Workers that the files of a run share. To start one costs more than most files do with it, and a workspace
// of its own keeps a file apart from the others as well as a Worker of its own does.
//
// `cargo xtask test` names this module to `tests/run.mjs` as its set-up, which starts them before the
// first file and ends them after the last.

import { createHash } from "node:crypto";
import { Worker } from "./worker.mjs";

const ADDRESSES = "ASKWELL_SHARED_WORKERS";
/** How many: a runtime has one thread. */
const COUNT = Number(process.env.ASKWELL_SHARED_COUNT ?? 1);

/** All files ask from one address: the limits of a site's visitors are for tests of them, with a Worker of their own. */
const vars = { LIMIT_PAGE: "100000", LIMIT_TEAM: "100000", LIMIT_VISITOR: "100000" };

let started = [];

export async function globalSetup() {
  started = await Promise.all(Array.from({ length: COUNT }, () => Worker.start({ quiet: true, vars })));
  process.env[ADDRESSES] = started.map((worker) => worker.url).join(" ");
}

export async function globalTeardown() {
  await Promise.all(started.map((worker) => worker.stop()));
}

/**
 * The shared Worker of this file. It has an address and nothing else: whoever wants to kill it, to move its clock
 * or to read its log needs one of their own (`Worker.start`). A file that is run by itself gets one of its own.
 */
export async function sharedWorker() {
  const urls = process.env[ADDRESSES]?.split(" ");
  if (!urls) return Worker.start({ vars });
  const spread = createHash("sha256").update(process.argv[1] ?? "").digest().readUInt32LE();
  return { url: urls[spread % urls.length], stop: async () => {} };
}
