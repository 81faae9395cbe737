// A page with one chat on it, as a visitor with a slow machine meets it.

import { launch as launchChromium } from "../../tests/support/chromium.mjs";

/** What a chat does after the page has loaded belongs to it as well. */
const SETTLE_MS = 4000;

export const launch = () => launchChromium(["--enable-precise-memory-info"]);

/** What a page measures of itself, set up before anything of it runs. */
function observe(ready) {
  const seen = { lcp: 0, cls: 0, long: [] };
  window.seen = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcp = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.long.push(entry.duration);
  }).observe({ type: "longtask", buffered: true });
  if (!ready) return;
  const look = () => {
    // Ready is what a visitor can click: something of the chat that takes up room.
    const host = document.querySelector(ready.host);
    const inner = ready.inside ? host?.shadowRoot?.querySelector(ready.inside) : host;
    if (inner && inner.getBoundingClientRect().width > 0) seen.ready = performance.now();
    else setTimeout(look, 4);
  };
  look();
}

/** One visit with an empty cache; times in milliseconds, memory in bytes. */
export async function visit(browser, url, options) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, permissions: ["clipboard-read", "clipboard-write"] });
  try {
    return await visited(browser, context, url, options);
  } finally {
    await browser.stopTracing().catch(() => undefined);
    await context.close();
  }
}

/** `use` is what a visitor does then, and `paste` what after that, with `clipboard` to paste. */
async function visited(browser, context, url, { throttle, ready, use, paste, clipboard }) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  await page.addInitScript(observe, ready ?? null);
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "blink.user_timing"] });
  await page.goto(url, { waitUntil: "load" });
  // Nothing is asked of the page meanwhile: the question itself would be its longest task.
  await page.waitForTimeout(SETTLE_MS);
  const first = JSON.parse((await browser.stopTracing()).toString());
  const main = mainThread(first);
  const loaded = await measured(page, cdp);
  if (ready && loaded.ready === null) throw new Error(`it was not ready ${SETTLE_MS} ms after the page had loaded`);
  const result = { ...loaded, longest: longest(first, main), requests: await transferred(page) };
  /** The longest task of what is done. */
  const traced = async (act) => {
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
    await act();
    await page.waitForTimeout(SETTLE_MS);
    return longest(JSON.parse((await browser.stopTracing()).toString()), main);
  };
  if (use) {
    const place = await page.locator(`${ready.host} ${ready.inside}`).boundingBox();
    await page.evaluate((text) => navigator.clipboard.writeText(text), clipboard);
    result.longestInUse = await traced(() => use(page, place));
    result.heapInUse = await heap(cdp);
    result.longestPasting = await traced(() => paste(page));
    result.requestsInUse = await transferred(page);
  }
  return result;
}

async function measured(page, cdp) {
  const of = await page.evaluate(() => ({
    tag: performance.getEntriesByName("tag")[0]?.startTime ?? 0,
    fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    ...window.seen,
  }));
  const blocking = of.long.reduce((sum, ms) => sum + Math.max(0, ms - 50), 0);
  return { ready: of.ready === undefined ? null : of.ready - of.tag, fcp: of.fcp, lcp: of.lcp, cls: of.cls, tbt: blocking, heap: await heap(cdp) };
}

async function heap(cdp) {
  await cdp.send("HeapProfiler.collectGarbage");
  return (await cdp.send("Runtime.getHeapUsage")).usedSize;
}

/** How many files the page has fetched. */
function transferred(page) {
  return page.evaluate(() => performance.getEntriesByType("resource").length);
}

/** The main thread that ran the page with the mark, and when the mark came. */
function mainThread({ traceEvents }) {
  const mark = traceEvents.find((e) => e.name === "tag" && e.cat?.includes("blink.user_timing"));
  if (!mark) throw new Error("the trace has no mark of the tag");
  return { pid: mark.pid, tid: mark.tid, from: mark.ts };
}

/**
 * The longest task of the page's main thread, in the thread's own time: what other programs take is not
 * ours. Tasks that began before the tag are the page's.
 */
function longest({ traceEvents }, { pid, tid, from }) {
  const tasks = traceEvents.filter((e) => e.ph === "X" && e.pid === pid && e.tid === tid && e.ts >= from && e.name === "ThreadControllerImpl::RunTask");
  return Math.max(0, ...tasks.map((e) => (e.tdur ?? e.dur) / 1000));
}
