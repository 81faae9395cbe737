// Time that passes when a test says so.

/** Waits until all that is ready to run has run. */
export async function settled() {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class Clock {
  now = 1_700_000_000_000;
  /** Every wait that was asked for, in milliseconds. */
  waits = [];
  #timers = new Set();

  delay = (ms, run) => {
    const timer = { at: this.now + ms, run };
    this.waits.push(ms);
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets time pass, and everything due in it happen. */
  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.now = due.at;
      due.run();
    }
    this.now = end;
  }
}
