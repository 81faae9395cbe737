// What a visitor does with the widget, start to end.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PHONE, Visit, eventually } from "./support/visit.mjs";

describe("the widget", () => {
  const visit = new Visit();

  it("asks and stores nothing before the visitor has sent a message", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.input.fill("Hi, I'm Mike");
    await visit.page.waitForTimeout(400);
    assert.deepEqual(visit.stub.requests, []);
    assert.equal(await visit.stored(), 0);
    assert.deepEqual(visit.complaints, []);
  });

  it("holds a conversation under a strict security policy", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.say("Hi, I'm Mike. Could you send me the brochure?");
    await eventually("the message is with the server", () => visit.stub.conversation.messages[0]?.text.startsWith("Hi, I'm Mike"));
    await eventually("the question is shown", async () => (await visit.lines()).length === 1 + visit.stub.conversation.messages.length);
    assert.deepEqual(await visit.lines(), ["Hi! How can we help?", ...visit.stub.conversation.messages.map((m) => m.text)]);
    await visit.shot("wide");
    assert.deepEqual(visit.complaints, []);
  });

  it("shows what a person of the team says, and counts it while closed", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.say("Is anybody there?");
    await eventually("the socket is open", () => visit.stub.sockets.size === 1);
    await visit.page.keyboard.press("Escape");
    await assert.doesNotReject(visit.dialog.waitFor({ state: "hidden" }));
    assert.equal(await visit.page.evaluate(() => document.activeElement?.tagName.toLowerCase()), "askwell-chat");
    visit.stub.agent("Yes, Ines here.");
    await visit.page.getByRole("button", { name: "Open chat. New messages: 1" }).click();
    assert.equal((await visit.lines()).at(-1), "Yes, Ines here.");
  });

  it("keeps the newest line in view, unless the visitor is reading further up", async () => {
    await visit.go(PHONE);
    await visit.begin("The first of many");
    const below = () => visit.log.evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
    const seen = (text) => eventually(`${text} is in view`, async () => (await visit.log.getByText(text).count()) === 1 && (await below()) <= 1);
    for (let i = 1; i <= 30; i += 1) visit.stub.agent(`Line ${i} of the team`);
    await seen("Line 30 of the team");
    visit.stub.draft("It grows\nin its\nplace");
    await eventually("the draft is there", async () => (await visit.log.getByText("in its").count()) === 1 && (await below()) <= 1);
    visit.stub.bot("It grows\nin its\nplace\nuntil it is said");
    await eventually("and what becomes of it", async () => (await visit.log.getByText("until it is said").count()) === 1 && (await below()) <= 1);
    await visit.log.evaluate((log) => void (log.scrollTop = 0));
    await visit.page.waitForTimeout(100);
    visit.stub.agent("While reading above");
    await visit.log.getByText("While reading above").waitFor({ state: "attached" });
    assert.equal(await visit.log.evaluate((log) => log.scrollTop), 0);
    await visit.say("And what of this");
    await eventually("what the visitor says is in view", async () => (await below()) <= 1);
    await visit.page.keyboard.press("Escape");
    visit.stub.agent("While it is closed");
    await visit.page.getByRole("button", { name: /^Open chat. New messages/ }).click();
    await seen("While it is closed");
  });

  it("hears without sockets too", async () => {
    await visit.go();
    visit.stub.refuseSockets = true;
    await visit.launcher.click();
    await visit.say("Is anybody there?");
    await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.messages.length > 0);
    visit.stub.agent("Yes, by asking.");
    await eventually("heard", async () => (await visit.lines()).includes("Yes, by asking."));
  });

  it("neither loses nor doubles a message when answers are lost", async () => {
    await visit.go();
    let n = 0;
    // Every second request is lost, in turn before and after it took effect.
    visit.stub.fault = (method, path, when) => {
      if (method !== "POST" || when === "after") return (n % 4 === 3 && method === "POST") ? "drop" : undefined;
      n += 1;
      return n % 4 === 1 ? "drop" : undefined;
    };
    await visit.launcher.click();
    const said = Array.from({ length: 6 }, (_, i) => `Message number ${i + 1} about my order`);
    for (const text of said) await visit.say(text);
    await eventually("all are there", () => visit.stub.conversations.size > 0 && visit.stub.conversation.messages.filter((m) => m.role === "customer").length === said.length);
    assert.deepEqual(visit.stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text), said);
    await eventually("nothing is kept any longer", () => visit.page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes(".unsent.")).length === 0));
    const shown = await visit.log.locator("li.line.mine").allInnerTexts();
    assert.equal(shown.length, said.length);
  });

  it("goes on after a reload, unsent messages included", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.say("First of all, hello");
    await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.messages.length > 0);
    visit.stub.fault = () => "drop";
    await visit.say("Written while the line was down");
    await visit.page.reload();
    visit.stub.fault = () => undefined;
    await visit.launcher.click();
    await eventually("both are there", () => visit.stub.conversation.messages.filter((m) => m.role === "customer").length === 2);
    await eventually("both are shown", async () => (await visit.log.locator("li.line.mine").count()) === 2);
    assert.equal(visit.stub.conversations.size, 1);
  });

  it("ends a chat and begins another as the same visitor", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.say("Thanks, that is all");
    await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.status === "in-progress");
    await visit.page.getByRole("button", { name: "End chat" }).click();
    await visit.page.getByRole("group").getByRole("button", { name: "End chat" }).click();
    await eventually("ended", () => visit.stub.conversation.status === "completed");
    await visit.page.getByRole("button", { name: "Start a new chat" }).click();
    await visit.say("One more thing");
    await eventually("a second one", () => visit.stub.conversations.size === 2);
    const [first, second] = [...visit.stub.conversations.values()];
    assert.equal(second.body.visitor_token, first.token);
  });

  it("chats on with whoever was erased: as somebody new, without a word lost", async () => {
    await visit.go();
    await visit.begin("What was said before");
    visit.stub.erase();
    await visit.say("Hello again");
    await eventually("another one", () => visit.stub.conversations.size === 2);
    const last = () => [...visit.stub.conversations.values()].at(-1);
    await eventually("with the same words", () => last().messages[0]?.text === "Hello again");
    await eventually("shown as sent", async () => (await visit.mine.last().getAttribute("data-state")) === "Sent");
    assert.deepEqual(await visit.mine.count(), 1, "what was erased is not on the page");

    visit.stub.erase(last());
    await visit.page.reload();
    await visit.launcher.click();
    await eventually("forgotten here as well", async () => (await visit.stored()) === 0);
    assert.equal(visit.stub.conversations.size, 2, "and none begun before there is something to say");
    await visit.say("And once more");
    await eventually("said", () => visit.stub.conversations.size === 3 && last().messages[0]?.text === "And once more");
    assert.equal(await visit.page.getByText("Not sent").count(), 0);
  });

  it("says plainly what to do when a chat cannot be had", async () => {
    await visit.go();
    visit.stub.fault = (method, path, when) =>
      when === "before" ? { type: "about:blank", title: "Forbidden", status: 403, code: "origin_not_allowed", detail: "add the origin" } : undefined;
    await visit.launcher.click();
    await visit.say("Hello");
    await visit.page.getByText("This chat isn't available here.").waitFor();
    await visit.page.getByText("Not sent").waitFor();
  });

  it("survives a new body and a second script", async () => {
    await visit.go();
    await visit.launcher.click();
    await visit.say("Before the navigation");
    await visit.page.keyboard.press("Escape");
    await visit.page.evaluate(() => {
      const body = document.createElement("body");
      body.append(Object.assign(document.createElement("h1"), { textContent: "Another page" }));
      document.documentElement.replaceChild(body, document.body);
      const script = document.createElement("script");
      script.src = "/askwell.js";
      script.dataset.key = "pk_other";
      document.body.append(script);
    });
    await visit.page.waitForTimeout(300);
    assert.equal(await visit.page.locator("askwell-chat").count(), 1);
    await visit.launcher.click();
    assert.ok((await visit.lines()).includes("Before the navigation"));
  });

  it("runs calls that were made before it was there", async () => {
    await visit.go();
    await visit.page.evaluate(() => localStorage.clear());
    await visit.page.addInitScript(() => {
      window.askwell = function () {
        (window.askwell.q = window.askwell.q || []).push(arguments);
      };
      window.askwell("compose", "Written early");
    });
    await visit.page.reload();
    await visit.dialog.waitFor();
    assert.equal(await visit.input.inputValue(), "Written early");
  });

  it("fills a small screen, and keeps the focus in it", async () => {
    await visit.go(PHONE);
    await visit.shot("narrow-page");
    await visit.launcher.click();
    await visit.say("Hi, I'm Mike. Could you send me the brochure?");
    await eventually("sent", () => visit.stub.conversations.size === 1 && visit.stub.conversation.messages.length > 0);
    await visit.input.fill("sure, it's mike@fern.example");
    await visit.page.waitForTimeout(400);
    await visit.shot("narrow");
    const box = await visit.dialog.boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740]);
    assert.equal(await visit.page.evaluate(() => document.documentElement.scrollWidth), 360);
    for (let i = 0; i < 12; i += 1) await visit.page.keyboard.press("Tab");
    assert.equal(await visit.page.evaluate(() => document.activeElement?.tagName.toLowerCase()), "askwell-chat");
  });

  it("speaks the page's language from right to left", async () => {
    await visit.go({ query: "&locale=ar" });
    await visit.page.getByRole("button", { name: "فتح المحادثة" }).click();
    await visit.shot("rtl");
    const box = await visit.dialog.boundingBox();
    assert.ok(box.x < 100, `the dialog is on the left: ${box.x}`);
  });
});
