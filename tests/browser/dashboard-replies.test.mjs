// The dashboard's settings of replies and of the language model, by what is seen of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { Bot } from "../support/bot.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { completion, Model } from "../support/model.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { ask, publish } from "../support/talk.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const HOSTILE = `"><script>alert(1)</script>`;
const REPLIES = "/app/settings/replies";
const MODEL = "/app/settings/model";
const KEY = "sk-never-shown-0123";

describe("the dashboard's replies and language model", () => {
  let worker, browser, space, desk, bot, model;

  before(async () => {
    [worker, browser, bot, model] = await together(sharedWorker(), launch(), Bot.start(), Model.start());
    space = await workspace(worker, { name: "Fern & Co" });
    desk = await Desk.asMember(browser, worker, space, "admin");
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await bot?.stop();
    await model?.stop();
  });

  const field = (name) => desk.page.locator(`[name="${name}"]`);
  const option = (name, value) => desk.page.locator(`[name="${name}"][value="${value}"]`);
  const replies = () => space.team.get("/v1/replies");

  test("says who answers, and sets hours and rules as people write them", async () => {
    await desk.page.getByRole("link", { name: "Replies" }).click();
    await desk.shows("nobody, until an article is published");
    await publish(space);
    await desk.page.reload();
    await desk.shows("Askwell, from the published articles");
    assert.ok(await field("url").isHidden(), "a bot's address is asked for where a bot answers");
    await field("zone").fill("Europe/Atlantis");
    await field("open-1").fill("9 to 5");
    await field("open-5").fill("9:00-12:00, 13:00-17:00");
    await field("protected").fill(HOSTILE);
    await field("rule").first().fill("Wholesale");
    await field("phrases").first().fill("resale\nbulk order");
    await desk.button("Save").last().click();
    await desk.page.locator("#open-1-wrong").waitFor();
    assert.equal(await field("open-5").inputValue(), "9:00-12:00, 13:00-17:00", "what was typed stays");
    assert.equal(await field("protected").inputValue(), HOSTILE);
    await desk.stands("replies-wrong");
    await field("open-1").fill("09:00–17:00");
    await desk.button("Save").last().click();
    await desk.page.locator("#zone-wrong").getByText("Must be a time zone").waitFor();
    assert.deepEqual((await replies()).hours.open, [], "nothing was saved");
    await field("zone").fill("Europe/Vienna");
    // With the keyboard alone.
    await field("zone").press("Enter");
    await desk.shows("Saved, for what visitors say from now on.");
    const { hours, rules } = await replies();
    assert.deepEqual(hours, {
      zone: "Europe/Vienna",
      open: [
        { day: 1, from: "09:00", to: "17:00" },
        { day: 5, from: "09:00", to: "12:00" },
        { day: 5, from: "13:00", to: "17:00" },
      ],
      closed: [],
    });
    assert.deepEqual(rules.protected, [HOSTILE]);
    assert.deepEqual(rules.own, [{ name: "Wholesale", phrases: ["resale", "bulk order"], enabled: true }]);
    await desk.button("One more rule").click();
    assert.equal(await field("rule").count(), 3);
    assert.equal(await desk.page.locator("main script").count(), 0);
    await desk.stands("replies");
  });

  test("lets the owner's bot answer, with a secret that is made and shown once", async () => {
    await desk.go(REPLIES);
    await option("answerer", "webhook").check();
    await desk.button("Save").last().click();
    await desk.page.locator("#url-wrong").getByText("Say where your bot is.").waitFor();
    await field("url").fill(bot.url);
    await desk.button("Save").last().click();
    await desk.shows("It is shown this once.");
    bot.secret = await desk.page.locator("#fresh").textContent();
    assert.match(bot.secret, /^whsec_/);
    await desk.stands("replies-secret");
    bot.script = () => ({ text: JSON.stringify({ text: "Said by the bot." }) });
    const talk = await visit(space);
    assert.equal((await ask(talk, "When are you open?")).text, "Said by the bot.");
    assert.equal(bot.requests.at(-1).error, undefined, "it is signed with what was shown");
    // It stays where nothing is typed, and is not shown again.
    await desk.go(REPLIES);
    assert.ok(!(await desk.page.content()).includes(bot.secret));
    await desk.button("Save").last().click();
    await desk.shows("Saved, for what visitors say from now on.");
    assert.equal((await ask(talk, "And on Monday?")).text, "Said by the bot.");
    await desk.page.getByLabel("Make another secret").check();
    await desk.button("Save").last().click();
    await desk.shows("It is shown this once.");
    assert.notEqual(await desk.page.locator("#fresh").textContent(), bot.secret);
  });

  test("chooses a language model, never shows its key, and tests the connection", async () => {
    await option("answerer", "llm").check();
    await desk.button("Save").last().click();
    await desk.page.locator("#answerer-wrong").getByText("Choose a language model first").waitFor();
    await desk.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Language model" }).click();
    await desk.stands("model-none");
    await field("base_url").fill("http://model.example/v1");
    await field("model").fill(HOSTILE);
    await field("key").fill(KEY);
    await field("prompt_price").fill("0.15");
    await desk.button("Save").click();
    await desk.page.locator("#base_url-wrong").waitFor();
    assert.equal(await field("model").inputValue(), HOSTILE);
    assert.ok(!(await desk.page.content()).includes(KEY));
    await field("base_url").fill(model.url);
    await field("key").fill(KEY);
    await desk.button("Save").click();
    await desk.shows("Saved. Test the connection");
    const set = await space.team.get("/v1/llm");
    assert.deepEqual([set.has_key, set.model, set.prices.prompt_per_million], [true, HOSTILE, 150_000]);
    model.play((body, response, json) => json(completion({ ok: true })));
    await desk.button("Test the connection").click();
    await desk.shows("It answered as it should, within");
    assert.equal(model.requests.at(-1).headers.authorization, `Bearer ${KEY}`);
    assert.equal(await desk.page.locator("main script").count(), 0);
    await desk.stands("model");
    model.play((body, response, json) => json({ error: "no" }, 401));
    await desk.button("Test the connection").click();
    await desk.shows("It does not work yet: the language model answered 401");
    // Workers AI needs no address; the key that is there stays with its own.
    await field("model").fill("fern-1");
    await desk.button("Save").click();
    await desk.shows("Saved. Test the connection");
    assert.deepEqual(await space.team.get("/v1/llm").then((now) => [now.has_key, now.model]), [true, "fern-1"]);
    await desk.go(REPLIES);
    await option("answerer", "llm").check();
    await desk.button("Save").last().click();
    await desk.shows("the language model fern-1, from the published articles");
    // What it cost, by what it was asked for: 1000 tokens read at 0.15 a million.
    const talk = await visit(space);
    model.play((body, response, json) => json(completion({ articles: [1], reply: "You can send it back within 30 days." })));
    assert.match((await ask(talk, "How long do I have to send something back?")).text, /within 30 days/);
    model.play((body, response, json) => json({ error: "no" }, 400));
    await ask(talk, "When do you deliver?");
    const costs = (name) => desk.page.getByRole("row", { name }).getByRole("cell").first().textContent();
    await until("the replies are counted", async () => {
      await desk.go(MODEL);
      return /^0.00015 for 2 requests, of which 1 failed$/.test(await costs("Replies"));
    });
    assert.equal(await costs("Drafts and the connection"), "0.00015 for 2 requests, of which 1 failed");
    assert.equal(await costs("Answers to your questions"), "0.00 for 0 answers");
    assert.equal(await costs("Together"), "0.0003");
    await desk.stands("model-costs");
    await desk.page.getByText("Let go of it").click();
    await desk.button("Let go of the language model").click();
    await desk.shows("The language model is let go of, and its key forgotten.");
    assert.equal((await space.team.send("GET", "/v1/llm")).status, 404);
    await desk.go(REPLIES);
    await desk.shows("no language model is chosen any more");
  });

  test("lets an agent look, and change nothing, and shows a viewer nothing", async () => {
    const before = await replies();
    for (const role of ["agent", "viewer"]) {
      const other = await Desk.asMember(browser, worker, space, role);
      const seen = role === "agent" ? 200 : 403;
      for (const path of [REPLIES, MODEL]) {
        assert.equal(await other.go(path), seen, `${role} ${path}`);
        assert.equal(await other.page.locator("main form").count(), 0, `${role} ${path}`);
        const form = { answerer: "embedded", misunderstood: "5", provider: "workers", model: "x", classify: "off", timeout_s: "9" };
        assert.equal((await other.send(path, form)).status(), 403, `${role} ${path}`);
      }
      for (const path of [`${MODEL}/check`, `${MODEL}/remove`]) assert.equal((await other.send(path, {})).status(), 403, path);
      await other.page.context().close();
    }
    assert.deepEqual(await replies(), before);
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly(REPLIES, MODEL);
    assert.deepEqual(desk.troubles.filter((text) => !/422/.test(text)), []);
  });
});
