// Every page of the dashboard, as pages.txt lists them (a native test keeps that list whole): what it weighs, what
// axe-core and Chromium itself find in it, and whether it can be used with the keyboard alone and without scripts.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { addresses, oneOfEach } from "../support/pages.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";

/** What the Tab key should come to, but for what is disabled, hidden, or one of several of a radio group. */
const REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

describe("every page of the dashboard", () => {
  let worker, browser, desk, pages;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    const space = await workspace(worker, { name: "Fern & Co" });
    pages = addresses("page", await oneOfEach(space));
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const name = (path) => path.slice(5).replace(/\?.*/, "").replaceAll("/", "-");

  test("needs little for its first paint", () => desk.paintsLightly(...pages));

  test("has nothing that axe-core finds, at both widths and in both schemes", async () => {
    for (const path of pages) {
      assert.equal(await desk.go(path), 200, path);
      await desk.stands(`page-${name(path)}`);
    }
  });

  test("is told apart by its title, and gives Chromium nothing to complain about", async () => {
    const session = await desk.page.context().newCDPSession(desk.page);
    const issues = [];
    session.on("Audits.issueAdded", ({ issue }) => issues.push(`${desk.page.url()}: ${JSON.stringify(issue)}`));
    await session.send("Audits.enable");
    const titles = new Map();
    for (const path of pages) {
      const answer = await desk.page.goto(desk.url + path);
      const headers = answer.headers();
      assert.match(headers["content-security-policy"], /^default-src 'none'; script-src 'self'; style-src 'self';/, path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      const seen = await desk.page.evaluate(() => ({
        mode: document.compatMode,
        charset: document.characterSet,
        lang: document.documentElement.lang,
        title: document.title,
        first: document.querySelectorAll("h1").length,
        elsewhere: performance.getEntriesByType("resource").map((entry) => entry.name).filter((url) => !url.startsWith(`${location.origin}/`) && !url.startsWith("data:")),
      }));
      assert.deepEqual(seen, { mode: "CSS1Compat", charset: "UTF-8", lang: "en", title: seen.title, first: 1, elsewhere: [] }, path);
      const same = titles.get(seen.title);
      assert.ok(!same || same.split("/")[4] === path.split("/")[4], `${path} and ${same} are both “${seen.title}”`);
      titles.set(seen.title, path);
    }
    // Of the last page they come a little later; those of the others came while the next one loaded.
    await desk.page.waitForLoadState("networkidle");
    assert.deepEqual(issues, []);
    assert.deepEqual(desk.troubles, []);
    await session.detach();
  });

  test("is used with the keyboard alone: all of it is reached, and it shows where one is", async () => {
    // What fades in would be looked at before it shows.
    await desk.page.emulateMedia({ reducedMotion: "reduce" });
    const short = [];
    for (const path of pages) {
      await desk.go(path);
      const wanted = await desk.page.evaluate(markReachable, REACHABLE);
      const reached = new Set();
      // A field of several parts, as one for a day, shows which of them it is by itself.
      const seen = new Set();
      // From the link that leads past the navigation, as somebody would.
      await desk.page.keyboard.press("Tab");
      await desk.page.keyboard.press("Enter");
      for (let n = 0; n < wanted.length + 20; n += 1) {
        await desk.page.keyboard.press("Tab");
        const at = await desk.page.evaluate(whereFocusIs);
        if (!at) break;
        reached.add(at.mark);
        if (at.seen) seen.add(at.mark);
      }
      for (const { mark, what } of wanted) {
        if (!reached.has(mark)) short.push(`${path}: not reached: ${what}`);
        else if (!seen.has(mark)) short.push(`${path}: focus does not show: ${what}`);
      }
    }
    assert.deepEqual(short, []);
  });

  test("has a button for each form, and none that does nothing, without scripts", async () => {
    const storageState = await desk.page.context().storageState();
    const plain = await Desk.open(browser, worker, { javaScriptEnabled: false, storageState });
    for (const path of pages) {
      assert.equal(await plain.go(path), 200, path);
      const unsent = await plain.page.evaluate(() =>
        [...document.forms].filter((form) => ![...form.elements].some(({ type }) => type === "submit")).map(({ action }) => action));
      assert.deepEqual(unsent, [], `${path}: these cannot be sent`);
      assert.equal(await plain.page.locator("button[type=button]:visible, [data-copy]:visible, [data-all]:visible").count(), 0, path);
    }
    await plain.page.context().close();
  });
});

/** Numbers what the Tab key should come to within the page's own part, and says what it is. */
function markReachable(selector) {
  const groups = new Set();
  const found = [...document.querySelectorAll("main")].flatMap((main) => [...main.querySelectorAll(selector)]);
  const there = found.filter((element) => {
    if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== "radio") return true;
    const group = `${element.form?.action} ${element.name}`;
    const checked = document.querySelector(`input[type=radio][name="${CSS.escape(element.name)}"]:checked`);
    if (checked ? element !== checked : groups.has(group)) return false;
    groups.add(group);
    return true;
  });
  const look = (element) => {
    const { outline, boxShadow, borderColor, backgroundColor, color, textDecoration } = getComputedStyle(element);
    return [outline, boxShadow, borderColor, backgroundColor, color, textDecoration].join();
  };
  window.lookOf = look;
  return there.map((element, n) => {
    element.dataset.mark = `${n}`;
    element.dataset.look = look(element);
    return { mark: `${n}`, what: element.outerHTML.slice(0, 120) };
  });
}

/** What has the focus; nothing once it has left the page's own part. */
function whereFocusIs() {
  const { activeElement: at } = document;
  if (!at?.closest("main")) return undefined;
  const { mark, look } = at.dataset;
  return { mark, seen: look !== window.lookOf(at) };
}
