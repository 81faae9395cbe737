// The dashboard as somebody of the team has it, and what every page of it must stand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pictures } from "./browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PICTURES = process.env.ASKWELL_PICTURES ? pictures() : undefined;

/** The rules whose result changes with the colours. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** What a browser logs of a form that was refused, which is no trouble of the page that says so. */
const REFUSED = /the server responded with a status of (409|412|413|422)/;

/** Bytes after gzip that the first paint of a page may need. */
export const BUDGET = 60_000;
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };

/** Adds somebody to the team, with the key to sign in by. */
export function member(space, role, name = `The ${role}`) {
  const email = `${name.replace("The ", "").toLowerCase()}@example.com`;
  return space.team.expect(201, "POST", "/v1/members", { body: { name, email, role } });
}

/** Somebody who is signed in, on one page; `troubles` is what went wrong in it. */
export class Desk {
  troubles = [];

  constructor(page, url) {
    this.page = page;
    // A browser takes cookies that are `Secure` from `localhost` without TLS.
    this.url = url.replace("127.0.0.1", "localhost");
    page.on("pageerror", (error) => this.troubles.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !REFUSED.test(message.text())) this.troubles.push(`console: ${message.text()}`);
    });
    page.on("dialog", (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  static async open(browser, worker, options = {}) {
    const context = await browser.newContext({ viewport: WIDE, locale: "en-US", ...options });
    return new Desk(await context.newPage(), worker.url);
  }

  /** Opened and signed in with a key; the options are the browser's. */
  static async signedIn(browser, worker, key, options) {
    const desk = await Desk.open(browser, worker, options);
    await desk.signIn(key);
    return desk;
  }

  /** Somebody new on the team, signed in. */
  static async asMember(browser, worker, space, role, name) {
    return Desk.signedIn(browser, worker, (await member(space, role, name)).sign_in_key);
  }

  async go(path) {
    const answer = await this.page.goto(this.url + path);
    return answer.status();
  }

  async signIn(key) {
    await this.go("/app");
    await this.page.getByLabel("Sign-in key").fill(key);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.waitForURL(/\/app\/(?!sign-in)/);
  }

  /** Sends a request with the session, as a page would. */
  send(path, form) {
    return this.page.request.post(this.url + path, {
      form,
      headers: { "sec-fetch-site": "same-origin", origin: this.url },
      maxRedirects: 0,
    });
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  shows(text) {
    return this.page.getByText(text).first().waitFor({ timeout: 15_000 });
  }

  /**
   * The page at both widths and in both schemes: nothing sticks out, and axe-core finds nothing. What depends on
   * colours is looked for in the dark as well.
   */
  async stands(name) {
    const axe = await Axe.beside(this.page);
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [word, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
        await this.page.setViewportSize(viewport);
        const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} (${word}) is ${wide} px wider than its window`);
        if (PICTURES) {
          const path = join(PICTURES, `${name}-${word}-${colorScheme}.png`);
          await this.page.screenshot({ path, fullPage: true });
        }
        const found = await axe.violations(colorScheme === "dark" ? OF_COLOUR : undefined);
        assert.deepEqual(found, [], `${name} (${word}, ${colorScheme})`);
      }
    }
    await axe.leave();
    await this.page.emulateMedia({ colorScheme: null, reducedMotion: null });
    await this.page.setViewportSize(WIDE);
  }

  /** That the first paint of each page needs little, for the same person in a browser that has nothing of it yet. */
  async paintsLightly(...paths) {
    for (const path of paths) {
      const context = await this.page.context().browser().newContext({ storageState: await this.page.context().storageState() });
      const fresh = await context.newPage();
      const bodies = [];
      fresh.on("response", (answer) => bodies.push(answer.body().catch(() => Buffer.alloc(0))));
      await fresh.goto(this.url + path);
      const total = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
      assert.ok(total > 10_000 && total <= BUDGET, `${path} needs ${total} bytes`);
      await context.close();
    }
  }
}

/** axe-core for the document that a page shows, outside the page's policy, which lets in no script of others. */
class Axe {
  constructor(session, contextId) {
    this.session = session;
    this.contextId = contextId;
  }

  static async beside(page) {
    const session = await page.context().newCDPSession(page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    const axe = new Axe(session, executionContextId);
    await axe.#run(readFileSync(AXE, "utf8"));
    return axe;
  }

  /** By all rules, or by those named. */
  async violations(rules) {
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
    const { result, exceptionDetails } = await this.#run(
      `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map((v) => \`\${v.id}: \${v.nodes.map((n) => n.target.join(' ')).join(', ')}\`))`,
    );
    assert.equal(exceptionDetails, undefined, "axe-core ran");
    return result.value;
  }

  leave() {
    return this.session.detach();
  }

  #run(expression) {
    const { contextId } = this;
    return this.session.send("Runtime.evaluate", { expression, contextId, awaitPromise: true, returnByValue: true });
  }
}
