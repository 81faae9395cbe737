// What most end-to-end tests begin with: a Worker, a workspace in it and, where wanted, a receiver of its
// events.

import { workspace } from "./api.mjs";
import { Receiver } from "./receiver.mjs";
import { sharedWorker } from "./shared.mjs";
import { together } from "./together.mjs";
import { Worker } from "./worker.mjs";

/**
 * Starts them. `receiver: true` adds the receiver; the rest goes to the Worker. It is a shared one (shared.mjs) unless
 * something is asked of it, or `own` is true.
 */
export async function setUp({ receiver: wanted = false, own = false, ...options } = {}) {
  const shared = !own && Object.keys(options).length === 0;
  const [worker, receiver] = await together(
    shared ? sharedWorker() : Worker.start(options),
    wanted ? Receiver.start() : undefined,
  );
  return { worker, receiver, space: await workspace(worker, { webhook: receiver }) };
}

/** Ends what was started, also when only a part was. */
export async function tearDown({ worker, receiver }) {
  await worker?.stop();
  await receiver?.stop();
}
