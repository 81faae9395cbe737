// The inbox of the dashboard: visitors who wait, and a conversation while it is held, by what both sides see.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk, member } from "../support/dashboard.mjs";
import { ask, publish } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const HOSTILE = `</p><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

describe("the dashboard's inbox", () => {
  let worker, browser, space, agent, viewer, members;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    await publish(space);
    members = {};
    for (const [name, role] of [["Mira", "agent"], ["Noor", "agent"], ["Vic", "viewer"]]) {
      members[name] = await member(space, role, name);
    }
    agent = await signedIn("Mira");
    viewer = await signedIn("Vic");
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  async function signedIn(name) {
    const desk = await Desk.open(browser, worker);
    await desk.signIn(members[name].sign_in_key);
    return desk;
  }

  /** A visitor who has asked for a person. */
  async function waiting(words = []) {
    const talk = await visit(space);
    for (const text of words) await talk.visitor.say(talk.id, text);
    await ask(talk, "I want to speak to a person");
    await until("the visitor is in the queue", async () =>
      (await space.team.get("/v1/inbox")).items.find((item) => item.conversation_id === talk.id));
    return talk;
  }

  const said = (talk, text) => until(`the visitor hears "${text}"`, async () =>
    (await talk.visitor.messages(talk.id)).messages.find((message) => message.text === text));
  const item = (desk, name) => desk.page.locator(".queue > li").filter({ hasText: name });

  test("shows who waits by itself, longest first, and lets one be taken", async () => {
    await agent.page.getByRole("link", { name: "Inbox" }).click();
    await agent.shows("Nobody waits");
    await agent.stands("inbox-empty");
    await waiting(["Hi, my name is Astrid"]);
    const bruno = await waiting(["Hello, I'm Bruno. My lamp arrived broken."]);
    await item(agent, "Bruno").waitFor({ timeout: 10_000 });
    const names = await agent.page.locator(".queue strong").allTextContents();
    assert.deepEqual(names, ["Astrid", "Bruno"]);
    await agent.shows("asked for a person");
    await agent.stands("inbox");

    await viewer.go("/app/inbox");
    await item(viewer, "Bruno").waitFor();
    assert.equal(await viewer.button("Take").count(), 0, "a viewer is not offered it");
    assert.equal((await viewer.send(`/app/inbox/${bruno.id}/take`, {})).status(), 403);
    assert.equal((await viewer.send(`/app/inbox/${bruno.id}/say`, { message_id: "x-1", text: "Hi" })).status(), 403);

    // With the keyboard alone.
    await item(agent, "Bruno").getByRole("button", { name: "Take" }).focus();
    await agent.page.keyboard.press("Enter");
    await agent.page.waitForURL(new RegExp(bruno.id));
    await agent.shows("with a person");
    await agent.page.keyboard.type("Hello Bruno, I am Mira.");
    await agent.page.keyboard.press("Control+Enter");
    await said(bruno, "Hello Bruno, I am Mira.");
    await agent.page.locator(".talk .agent").getByText("Hello Bruno, I am Mira.").waitFor();
    await item(viewer, "Bruno").waitFor({ state: "detached", timeout: 10_000 });
  });

  test("tells at once what the visitor says, and the visitor that somebody reads and writes", async () => {
    const talk = await waiting(["I'm Cleo"]);
    await agent.go("/app/inbox");
    await item(agent, "Cleo").getByRole("button", { name: "Take" }).click();
    await agent.page.waitForURL(new RegExp(talk.id));
    await until("the socket has told what was seen", async () =>
      (await talk.visitor.messages(talk.id)).read.agent !== null);
    await agent.page.locator("#reply").fill("A reply that is not sent yet");
    const began = Date.now();
    await talk.visitor.say(talk.id, "Are you there?");
    await agent.page.locator(".talk .customer").getByText("Are you there?").waitFor({ timeout: 4_000 });
    assert.ok(Date.now() - began < 4_000, "the socket told it, not the next look");
    assert.equal(await agent.page.locator("#reply").inputValue(), "A reply that is not sent yet");
    await talk.visitor.expect(200, "POST", `/v1/conversations/${talk.id}/presence`, { body: { typing: true } });
    await agent.shows("The visitor is writing…");
    await agent.page.locator("#reply").fill("");
    await agent.stands("inbox-conversation");
  });

  test("suggests a reply by one click, keeps what was written, and counts it as assisted", async () => {
    const talk = await waiting(["I'm Dora"]);
    await talk.visitor.say(talk.id, "How do returns work?");
    await agent.go(`/app/inbox/${talk.id}`);
    await agent.button("Take").click();
    await agent.shows("with a person");
    await agent.page.locator("#reply").fill("Hi Dora!");
    await agent.button("Suggest a reply").click();
    await agent.shows("Suggested from: Returns and refunds");
    const draft = await agent.page.locator("#reply").inputValue();
    assert.match(draft, /^Hi Dora!\n\n.*30 days/s);
    await agent.stands("inbox-suggested");
    await agent.button("Send").click();
    await said(talk, draft);
    await agent.page.locator(".talk .agent").getByText("assisted").waitFor();
  });

  test("gives a conversation to a colleague, back to the bot, and to its end", async () => {
    const talk = await waiting(["I'm Emil"]);
    await agent.go(`/app/inbox/${talk.id}`);
    await agent.button("Take").click();
    await agent.shows("with a person");
    await agent.page.getByLabel("Give it to").selectOption({ label: "Noor (agent)" });
    await agent.button("Transfer").click();
    await agent.shows("Noor has it now.");
    await agent.page.locator(".talk .system").getByText("transferred").waitFor();
    const noor = await signedIn("Noor");
    await noor.go("/app/inbox?state=agent");
    await item(noor, "Emil").getByRole("button", { name: "Open" }).click();
    await noor.shows("You");
    // Whoever still looks at an older page does not take it away unawares.
    const late = await agent.send(`/app/inbox/${talk.id}/take`, {});
    assert.equal(late.status(), 412);
    await noor.button("Return to the bot").click();
    await noor.shows("The bot answers again.");
    assert.match((await ask(talk, "What about returns?")).text, /30 days/);
    await noor.page.locator(".talk .bot").getByText("30 days").waitFor({ timeout: 10_000 });
    await noor.button("Resolve").click();
    await noor.shows("Resolved.");
    // Who looks on is shown how it stands, and may open it again.
    await agent.shows("Nobody any more: it has ended.");
    assert.equal(await agent.page.locator("#reply").count(), 0);
    await agent.button("Reopen").click();
    await agent.shows("Reopened.");
    await agent.button("Close").click();
    await agent.shows("Closed.");
    const { status } = await space.team.conversation(talk.id);
    assert.equal(status, "completed");
    await noor.page.context().close();
  });

  test("loses no reply that comes too late or is too long", async () => {
    const talk = await waiting(["I'm Gesa"]);
    await agent.go(`/app/inbox/${talk.id}`);
    await agent.button("Take").click();
    await agent.shows("with a person");
    // Fewer characters than the field takes, more bytes than a message may have.
    const long = "お返事".repeat(1000);
    await agent.page.locator("#reply").fill(long);
    await agent.button("Send").click();
    await agent.shows("Is too long by 270 characters");
    assert.equal(await agent.page.locator("#reply").inputValue(), long);
    await agent.stands("inbox-too-long");
    await agent.page.locator("#reply").fill("Short, and it is said once.");
    await agent.button("Send").click();
    await said(talk, "Short, and it is said once.");
    assert.equal(await agent.page.locator("#reply").inputValue(), "");

    // The page of a suggestion was itself answered to a form.
    await agent.button("Suggest a reply").click();
    await agent.shows("nothing is suggested");
    const late = "My long reply,\nin two lines";
    await agent.page.locator("#reply").fill(late);
    await talk.visitor.expect(200, "POST", `/v1/conversations/${talk.id}/actions`, { body: { action: "close" } });
    await agent.button("Send").click();
    await agent.shows("The conversation has ended; reopen it first.");
    assert.equal(await agent.page.getByLabel("Your reply, which was not sent").inputValue(), late);
    await agent.stands("inbox-too-late");
    // Opened once more by its address, it is the page.
    assert.equal(await agent.go(new URL(agent.page.url()).pathname), 200);
    await agent.shows("Nobody any more: it has ended.");
  });

  test("loses no reply to a session that ends, and leads back to the conversation", async () => {
    const talk = await waiting(["I'm Hedda"]);
    const other = await signedIn("Noor");
    await other.go(`/app/inbox/${talk.id}`);
    const words = "A long reply,\nhalf written";
    await other.page.locator("#reply").fill(words);
    await other.page.context().clearCookies();
    await other.shows("You are not signed in any more. What you wrote is still here");
    assert.equal(await other.page.locator("#reply").inputValue(), words);
    await other.stands("inbox-signed-out");
    await other.button("Send").click();
    await other.page.getByRole("heading", { name: "Not signed in" }).waitFor();
    assert.equal(await other.page.getByLabel("What you had written").inputValue(), words);
    await other.stands("not-signed-in");
    await other.page.getByRole("button", { name: "Sign in, and back" }).click();
    await other.page.getByLabel("Sign-in key").fill(members.Noor.sign_in_key);
    await other.button("Sign in").click();
    await other.page.waitForURL(new RegExp(talk.id));
    await other.page.context().close();
  });

  test("is reached from the conversation's page, follows who the visitor is, and takes nothing from a colleague", async () => {
    const talk = await waiting();
    const noor = await signedIn("Noor");
    await noor.go(`/app/conversations/${talk.id}`);
    await noor.page.getByRole("button", { name: "Take over or reply" }).click();
    await noor.page.waitForURL(/inbox/);
    const offered = await noor.page.locator("#to option").allTextContents();
    assert.deepEqual(offered, ["Mira (agent)"], "a viewer could not answer");
    await noor.page.getByRole("heading", { name: "Nameless visitor" }).waitFor();
    await talk.visitor.say(talk.id, "I'm Ines, ines@example.com");
    await noor.page.getByRole("heading", { name: "Ines" }).waitFor({ timeout: 10_000 });
    await noor.page.locator("#visitor").getByText("ines@example.com").waitFor();
    await noor.page.locator("#reply").fill("Written while nobody had it.");
    await agent.go(`/app/inbox/${talk.id}`);
    await agent.button("Take").click();
    await agent.shows("with a person");
    await noor.button("Send").click();
    await noor.shows("Somebody else has this conversation by now, and your reply was not sent.");
    assert.equal(await noor.page.locator("#reply").inputValue(), "Written while nobody had it.");
    await noor.stands("inbox-overtaken");
    await noor.page.locator("main").getByText(/Mira, since/).waitFor();
    await noor.button("Send").click();
    await said(talk, "Written while nobody had it.");
    await noor.page.context().close();
  });

  test("works without scripts", async () => {
    const plain = await Desk.signedIn(browser, worker, members.Mira.sign_in_key, { javaScriptEnabled: false });
    const talk = await waiting(["I'm Fritz"]);
    await plain.go("/app/inbox");
    await item(plain, "Fritz").getByRole("button", { name: "Take" }).click();
    await plain.page.getByLabel("Reply").fill("Good day!");
    await plain.button("Send").click();
    await said(talk, "Good day!");
    await talk.visitor.say(talk.id, "Good day to you");
    await plain.page.getByRole("link", { name: "Look for new messages" }).click();
    await plain.page.locator(".talk .customer").getByText("Good day to you").waitFor();
    await plain.page.context().close();
  });

  test("shows hostile words as words", async () => {
    const talk = await waiting([`My name is <img src=x onerror=alert(1)>`]);
    await talk.visitor.say(talk.id, HOSTILE);
    agent.troubles.length = 0;
    await agent.go("/app/inbox");
    await agent.page.locator(".queue").getByText("<script>").first().waitFor();
    await agent.go(`/app/inbox/${talk.id}`);
    await agent.page.locator(".talk").getByText(HOSTILE).waitFor();
    await talk.visitor.say(talk.id, `${HOSTILE} again`);
    await agent.page.locator(".talk").getByText(`${HOSTILE} again`).waitFor();
    await agent.page.locator("#reply").fill(`</textarea><script>alert(2)</script>`);
    await agent.button("Suggest a reply").click();
    await agent.shows("Suggest");
    assert.equal(await agent.page.locator("main script, main img").count(), 0);
    assert.deepEqual(agent.troubles, []);
  });

  test("needs little for the first paint", async () => {
    const talk = await waiting();
    await agent.paintsLightly("/app/inbox", `/app/inbox/${talk.id}`);
  });
});
