// Several things that a test needs, started at the same time.

/**
 * Gives what they have started. When one of them cannot start, what the others start is ended, now or as soon
 * as it is there: otherwise it would keep the test's process alive, and the failure would not show before the
 * process is ended from outside.
 */
export async function together(...starts) {
  try {
    return await Promise.all(starts);
  } catch (error) {
    for (const start of starts) Promise.resolve(start).then(end, () => {});
    throw error;
  }
}

function end(started) {
  return started?.stop ? started.stop() : started?.close?.();
}
