// What the visitor reads: links, times, news below, the place of what was refused; and the same in another tab.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PHONE, Visit, eventually } from "./support/visit.mjs";

const WIDE = { viewport: { width: 1440, height: 900 } };
const REFUSAL = { type: "about:blank", title: "Forbidden", status: 403, code: "forbidden", detail: "" };

describe("the messages", () => {
  const visit = new Visit();
  /** What was said, without who and how it went. */
  const words = () => visit.log.locator("li.line > .aside:first-child + span").allTextContents();
  const links = () => visit.log.locator("a").evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute("href")]));

  it("have links where others name an address, and only such as run nothing", async () => {
    await visit.go(WIDE);
    await visit.begin("See https://mine.example, or javascript:alert(1)");
    const cases = {
      "Track it at https://fern.example/track?id=7&x=1#now.": [["https://fern.example/track?id=7&x=1#now", "https://fern.example/track?id=7&x=1#now"]],
      "Write to help@fern.example, or call tel:+442079460958!": [["help@fern.example", "mailto:help@fern.example"], ["tel:+442079460958", "tel:+442079460958"]],
      "(see http://fern.example/a_(b)) [here](https://fern.example/c)": [["http://fern.example/a_(b)", "http://fern.example/a_(b)"], ["https://fern.example/c", "https://fern.example/c"]],
      "请看https://fern.example/track。谢谢": [["https://fern.example/track", "https://fern.example/track"]],
      "«https://fern.example/süß», «mailto:help@fern.example»": [["https://fern.example/süß", "https://fern.example/süß"], ["mailto:help@fern.example", "mailto:help@fern.example"]],
      "<img src=x onerror=alert(1)> javascript:alert(1) data:text/html,x //fern.example https:// mailto: a@b": [],
      'https://fern.example/"onmouseover="alert(1)': [["https://fern.example/", "https://fern.example/"]],
    };
    for (const text of Object.keys(cases)) visit.stub.agent(text);
    await visit.log.getByText("onmouseover").waitFor();
    assert.deepEqual(await links(), Object.values(cases).flat());
    const shown = await words();
    for (const text of Object.keys(cases)) assert.ok(shown.includes(text), text);
    const rel = await visit.log.locator("a").evaluateAll((all) => new Set(all.map((a) => `${a.target} ${a.rel}`)).size === 1 && `${all[0].target} ${all[0].rel}`);
    assert.equal(rel, "_blank noopener noreferrer nofollow");
    await visit.shot("links-wide");
    visit.stub.draft("Half of https://fern.exa");
    await visit.log.getByText("Half of").waitFor();
    assert.equal((await links()).length, Object.values(cases).flat().length, "none that is hidden from screen readers");
  });

  it("read an address in a long text at once", async () => {
    await visit.go(WIDE);
    await visit.begin("Hello");
    visit.stub.agent(`${"a.".repeat(3000)} ${"x".repeat(1500)}@`);
    const start = Date.now();
    await visit.log.getByText("a.a.a.").waitFor();
    assert.ok(Date.now() - start < 1500);
    assert.deepEqual(await links(), []);
  });

  for (const [name, options, query] of [["wide", WIDE, ""], ["phone-dark", { ...PHONE, colorScheme: "dark" }, ""], ["rtl", WIDE, "&locale=ar"], ["phone-rtl", PHONE, "&locale=ar"]]) {
    it(`have their time, once for what belongs together: ${name}`, async () => {
      const page = await visit.go({ ...options, query, locale: "en-GB", timezoneId: "Europe/London" });
      if (name.endsWith("dark")) await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "dark"));
      const chat = page.locator("askwell-chat");
      await chat.locator(".launcher").click();
      await visit.say("Where is my order?");
      await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.replies.size === 1);
      visit.stub.agent("It is on its way. Track it at https://fern.example/track?id=7 or write to help@fern.example.");
      visit.stub.agent("It comes tomorrow.");
      visit.stub.agent("Good morning!");
      const at = (when) => Date.parse(when);
      // The visitor's message is followed by a question.
      const { messages } = visit.stub.conversation;
      ["14:05", "14:06", "14:12", "14:14"].forEach((time, i) => (messages[i].at = at(`2026-03-04T${time}:00Z`)));
      await page.reload();
      if (name.endsWith("dark")) await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "dark"));
      await chat.locator(".launcher").click();
      await visit.log.getByText("Good morning!").waitFor();
      const times = await visit.log.locator("li.line:not(.predicted)").evaluateAll((all) => all.slice(1).map((line) => line.dataset.time ?? ""));
      if (query === "") {
        assert.deepEqual(times.slice(0, 4), ["4 Mar, 14:05", "", "4 Mar, 14:12", ""]);
        assert.match(times[4], /^\d{1,2}:\d\d$/, "as the locale writes it at any hour");
      } else {
        assert.ok(times[0].includes("مارس") && times[1] === "" && times[3] === "", times.join());
      }
      await visit.shot(`times-${name}`);
      assert.doesNotMatch(await visit.dialog.ariaSnapshot(), /14:05/);
    });
  }

  it("tell of news below where the visitor is reading further up", async () => {
    await visit.go(PHONE);
    await visit.begin("The first of many");
    for (let i = 1; i <= 30; i += 1) visit.stub.agent(`Line ${i} of the team`);
    await visit.log.getByText("Line 30 of the team").waitFor();
    const below = visit.dialog.locator(".below");
    assert.equal(await below.isVisible(), false);
    await visit.log.evaluate((log) => void (log.scrollTop = 0));
    await visit.page.waitForTimeout(100);
    visit.stub.draft("While it is written");
    await visit.log.getByText("While it is written").waitFor({ state: "attached" });
    assert.equal(await below.isVisible(), false);
    visit.stub.bot("While it is written, and said");
    visit.stub.agent("And one more");
    await eventually("it is told", async () => (await below.textContent()) === "New messages: 2" && (await below.isVisible()));
    await visit.shot("below");
    await below.click();
    await eventually("it is in view", () => visit.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight <= 1));
    assert.equal(await below.isVisible(), false);
    await visit.log.evaluate((log) => void (log.scrollTop = 0));
    await visit.page.waitForTimeout(100);
    visit.stub.agent("The last one");
    await below.waitFor();
    await visit.log.evaluate((log) => void (log.scrollTop = log.scrollHeight));
    await below.waitFor({ state: "hidden" });
  });

  it("stay in their place where one is refused, and the focus in the chat when it is sent again", async () => {
    const page = await visit.go(WIDE);
    await visit.begin("one");
    visit.stub.fault = (method, path, when) => (when === "before" && path.endsWith("/messages") && method === "POST" ? REFUSAL : undefined);
    await visit.say("two");
    await visit.log.getByText("Not sent").waitFor();
    visit.stub.fault = () => undefined;
    await visit.say("three");
    await eventually("there", () => visit.stub.conversation.replies.size === 2);
    visit.stub.agent("answer");
    await visit.log.getByText("answer").waitFor();
    const order = async () => (await words()).filter((text) => ["one", "two", "three", "answer"].includes(text));
    assert.deepEqual(await order(), ["one", "two", "three", "answer"]);
    await page.reload();
    await visit.launcher.click();
    await visit.log.getByText("answer").waitFor();
    assert.deepEqual(await order(), ["one", "two", "three", "answer"]);
    await visit.log.getByRole("button", { name: "Try again" }).focus();
    await page.keyboard.press("Enter");
    await eventually("sent", () => visit.stub.conversation.replies.size === 3);
    assert.deepEqual(await order(), ["one", "three", "answer", "two"]);
    assert.equal(await visit.dialog.evaluate((dialog) => dialog.getRootNode().activeElement?.className), "log");
  });

  it("go out though a corrected value is none, and hold what can be sent", async () => {
    const page = await visit.go(WIDE);
    await visit.begin();
    await visit.dialog.locator(".chip .value").last().click();
    await visit.dialog.locator(".noted input").fill("mike@");
    await visit.input.fill("And the price list, please");
    await visit.dialog.locator(".send").click();
    await eventually("sent", () => visit.stub.conversation.messages.some((m) => m.text === "And the price list, please"));
    await visit.dialog.locator(".noted").getByRole("button", { name: "Save" }).click();
    await visit.dialog.getByText("That doesn't look right").waitFor();
    const sent = visit.stub.conversation.replies.size;
    await visit.say("\u200b \u2060");
    await page.evaluate(() => window.askwell("compose", `Thanks ${"👍".slice(0, 1)}`));
    await visit.input.press("Enter");
    await eventually("sent as text", () => visit.stub.conversation.messages.some((m) => m.text === "Thanks \ufffd"));
    assert.equal(visit.stub.conversation.replies.size, sent + 1, "and nothing of what shows nothing");
  });

  it("are the same in another tab, which does not ask for consent again", async () => {
    const query = "&consent=We+keep+what+you+write.";
    await visit.go({ ...WIDE, query });
    const other = await visit.context.newPage();
    await other.goto(visit.page.url());
    await other.locator("askwell-chat .launcher").waitFor();
    await visit.launcher.click();
    await visit.page.getByRole("button", { name: "Agree and continue" }).click();
    await visit.say("Is anybody there?");
    await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.replies.size === 1);
    await eventually("both listen", () => visit.stub.sockets.size === 2);
    visit.stub.agent("Yes, Ines here.");
    await other.getByRole("button", { name: "Open chat. New messages: 1" }).click();
    await other.getByText("Is anybody there?").waitFor();
    assert.equal(await other.getByRole("button", { name: "Agree and continue" }).isVisible(), false);
    assert.equal(visit.stub.conversations.size, 1);

    // Written off line in a tab that is then closed.
    await visit.page.route("**/v1/**", (route) => route.abort());
    await visit.say("Written in the first");
    await visit.log.getByText("Written in the first").waitFor();
    await visit.page.close();
    await other.getByRole("button", { name: "Hide chat" }).first().click();
    await other.locator("askwell-chat .launcher").click();
    await eventually("sent by the other", () => visit.stub.conversation.messages.some((m) => m.text === "Written in the first"));
    await other.getByText("Written in the first").waitFor();
  });
});
