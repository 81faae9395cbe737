// The script tag on a page of another origin, under a policy that allows no more than the widget needs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { Chat, DESKTOP, launch } from "../support/browser.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("a page of another origin", () => {
  let worker, space, browser, site;

  before(async () => {
    [worker, browser, site] = await together(Worker.start(), launch(), serve());
    space = await workspace(worker, { origins: [site.origin] });
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await site?.stop();
  });

  /** A site whose page is what `site.page()` gives. */
  async function serve() {
    const site = { page: () => ({ html: "", policy: "" }) };
    site.server = createServer((_, response) => {
      const { html, policy } = site.page();
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
      });
      response.end(html);
    });
    await new Promise((resolve, reject) => {
      site.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    site.origin = `http://127.0.0.1:${site.server.address().port}`;
    site.stop = () => {
      site.server.closeAllConnections();
      return new Promise((resolve) => site.server.close(resolve));
    };
    return site;
  }

  async function open(key) {
    const socket = worker.url.replace("http", "ws");
    site.page = () => ({
      policy: [
        "default-src 'none'",
        `script-src ${worker.url} 'wasm-unsafe-eval'`,
        `connect-src ${worker.url} ${socket}`,
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ].join("; "),
      html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>A site</title>
        <link rel="icon" href="data:,">
        <h1>A site</h1><script async src="${worker.url}/askwell.js" data-key="${key}"></script>`,
    });
    const context = await browser.newContext(DESKTOP);
    const chat = new Chat(await context.newPage());
    await chat.page.goto(site.origin);
    await chat.launcher.waitFor({ timeout: 15_000 }).catch(() => {
      assert.fail(`the chat does not come up: ${chat.troubles.join("; ")}`);
    });
    return chat;
  }

  test("has a working chat with one tag", async () => {
    const chat = await open(space.siteKey);
    await chat.launcher.click();
    await chat.say("Hello, I'm Astrid. Could you email me your brochure?");
    await chat.shows(/e-?mail address/i);
    await chat.say("astrid@example.com");
    await chat.end();
    const customer = await until("the customer is known", async () => {
      const { items } = await space.team.customers("astrid@example.com");
      return items[0];
    });
    assert.equal(customer.name, "Astrid");
    // The page forbids all images, the empty icon too; that is no trouble of the widget's.
    assert.deepEqual(chat.troubles.filter((line) => !line.includes("data:,")), []);
    await chat.page.context().close();
  });

  test("that the workspace does not know gets no conversation", async () => {
    const other = await workspace(worker, { origins: ["https://elsewhere.example"] });
    const chat = await open(other.siteKey);
    await chat.launcher.click();
    await chat.input.fill("Hello?");
    await chat.input.press("Enter");
    await chat.dialog.getByRole("status").getByText(/isn't available/).waitFor();
    assert.equal((await other.team.overview()).conversations, 0);
    await chat.page.context().close();
  });
});
