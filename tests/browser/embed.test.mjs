// The script tag on a page of another origin, under a policy that allows no more than the widget needs.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { Chat, DESKTOP, launch } from "../support/browser.mjs";
import { byHmac, token } from "../support/issuer.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

describe("a page of another origin", () => {
  let worker, space, browser, site;

  before(async () => {
    [worker, browser, site] = await together(sharedWorker(), launch(), serve());
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

  /** A page with the tag, on which a script of the site has called the widget before that has loaded. */
  async function open(key, ...calls) {
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
    // A script of the page, as the policy lets none in: what it does is what the documentation's snippet does.
    await chat.page.addInitScript((calls) => {
      window.askwell = (...args) => (window.askwell.q = window.askwell.q || []).push(args);
      for (const call of calls) window.askwell(...call);
    }, calls);
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

  /** Keeps every line that the chat shows from now on, also one that is there for a moment only. */
  async function watch(chat) {
    await chat.page.evaluate(() => {
      const { shadowRoot } = [...document.querySelectorAll("*")].find((element) => element.shadowRoot);
      window.shown = [];
      const note = () => window.shown.push(shadowRoot.querySelector("[role=log]")?.textContent ?? "");
      new MutationObserver(note).observe(shadowRoot, { childList: true, subtree: true, characterData: true });
    });
    return () => chat.page.evaluate(() => window.shown.join("\n"));
  }

  const WANTS = "Could you email me your brochure?";
  const ASKS = /e-?mail address|send it to/i;

  /** Lets a visitor want something mailed, and gives all that the chat showed, and the conversation. */
  async function wants(chat, text) {
    await chat.launcher.click();
    const shown = await watch(chat);
    await chat.say(text);
    const talk = await until("the conversation is there", async () => {
      for (const { conversation_id: id } of await space.team.all("/v1/conversations")) {
        const { messages } = await space.team.messages(id);
        if (messages.some((message) => message.text === text)) return { id, messages };
      }
    });
    await chat.say("It is for a friend.");
    return { ...talk, shown: await shown() };
  }

  test("says who is signed in, and they are never asked for it", async () => {
    const { secret } = await space.team.expect(201, "POST", "/v1/settings/identity/secret", { body: {} });
    const exp = Math.floor(Date.now() / 1000) + 300;
    const claims = { sub: "user-7", exp, email: "greta@example.com", name: "Greta Holm" };
    const jwt = token({ alg: "HS256", typ: "JWT" }, claims, byHmac(secret));
    const stranger = await open(space.siteKey);
    assert.match((await wants(stranger, `${WANTS} (nobody)`)).shown, ASKS, "whom nobody knows is asked");

    const early = await open(space.siteKey, ["identify", { jwt }]);
    const late = await open(space.siteKey);
    await late.page.evaluate((jwt) => window.askwell("identify", { jwt }), jwt);
    for (const [name, chat] of Object.entries({ early, late })) {
      const { id, messages, shown } = await wants(chat, `${WANTS} (${name})`);
      assert.ok(shown.includes(WANTS), "what the chat shows is seen");
      assert.doesNotMatch(shown, ASKS, name);
      assert.deepEqual(messages.filter((message) => message.id.startsWith("ask-")), [], name);
      await chat.end();
      const { customer_id } = await space.team.classified(id);
      const customer = await space.team.get(`/v1/customers/${customer_id}`);
      assert.deepEqual([customer.email, customer.name, [...customer.verified].sort()], ["greta@example.com", "Greta Holm", ["email", "name"]]);
      // Again, and after the page was loaded anew.
      await chat.dialog.getByRole("button", { name: "Start a new chat" }).click();
      await chat.page.reload();
      await chat.launcher.waitFor();
      if (name === "late") await chat.page.evaluate((jwt) => window.askwell("identify", { jwt }), jwt);
      const again = await wants(chat, `${WANTS} (${name}, again)`);
      assert.doesNotMatch(again.shown, ASKS, `${name}, again`);
    }
    for (const chat of [stranger, early, late]) await chat.page.context().close();
  });

  test("says what it knows of a visitor, and that is not asked for", async () => {
    const chat = await open(space.siteKey, ["known", ["email"]]);
    const { shown, messages } = await wants(chat, `${WANTS} (known)`);
    assert.doesNotMatch(shown, ASKS);
    assert.deepEqual(messages.filter((message) => message.id.startsWith("ask-")), []);
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
