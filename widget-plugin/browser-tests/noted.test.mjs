// What a visitor is shown of what was noticed, and the owner's words before anything is.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visit, eventually } from "./support/visit.mjs";

const CONSENT = "&consent=We+keep+what+you+write.+%3Cb%3EReally%3C%2Fb%3E.&consent-link=/privacy";

describe("what was noted", () => {
  const visit = new Visit();
  const noted = () => visit.dialog.locator(".noted");
  const kept = () => visit.stub.conversation.policy.facts();

  it("shows while it is typed, and can be put right and taken back once it is sent", async () => {
    const page = await visit.go();
    await visit.launcher.click();
    await visit.input.fill("I'm Mike, mike@fern.example");
    await noted().getByText("mike@fern.example").waitFor();
    assert.equal(await noted().getByRole("button").count(), 0, "what is not sent is not kept");
    await visit.input.press("Enter");
    await page.getByRole("button", { name: "Correct Name: Mike" }).waitFor();
    await visit.shot("noted");

    await page.getByRole("button", { name: "Correct E-mail address: mike@fern.example" }).click();
    const field = page.getByRole("textbox", { name: "E-mail address" });
    await field.fill("nonsense");
    await field.press("Enter");
    await page.getByText("That doesn't look right.").waitFor();
    assert.deepEqual(kept(), { name: "Mike", email: "mike@fern.example" });
    await visit.shot("correcting");
    await field.fill("michael@fern.example");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Correct E-mail address: michael@fern.example" }).waitFor();
    assert.deepEqual(kept(), { name: "Mike", email: "michael@fern.example" });

    await page.getByRole("button", { name: "Remove Name: Mike" }).click();
    await eventually("removed", async () => kept().name === undefined && (await noted().getByRole("button").count()) === 2);
    await page.reload();
    await visit.launcher.click();
    await visit.input.fill("x");
    await page.getByRole("button", { name: "Correct E-mail address: michael@fern.example" }).waitFor();
    assert.equal(await noted().getByText("Mike", { exact: true }).count(), 0, "the removal is kept");
    assert.equal(await visit.log.getByText("I'm Mike, mike@fern.example").count(), 1, "what was said stays said");
  });

  it("says when a change could not be saved, and calls no good value a bad one", async () => {
    const page = await visit.go();
    await visit.begin("I'm Mike. Could you send me the brochure?");
    await page.getByRole("button", { name: "Correct Name: Mike" }).click();
    const field = page.getByRole("textbox", { name: "Name" });
    visit.stub.fault = (method, path, when) => (path.endsWith("/facts") && when === "before" ? "drop" : undefined);
    await field.fill("Michael");
    await field.press("Enter");
    const failed = page.getByText("Your change couldn't be saved.");
    await failed.waitFor();
    await visit.shot("unsaved");
    assert.equal(await page.getByText("That doesn't look right.").count(), 0);
    assert.deepEqual([await field.inputValue(), await field.getAttribute("aria-invalid")], ["Michael", null]);
    visit.stub.fault = () => undefined;
    await field.press("Enter");
    const drop = page.getByRole("button", { name: "Remove Name: Michael" });
    await drop.waitFor();
    assert.equal(await failed.count(), 0, "said no longer");

    visit.stub.fault = (method, path, when) => (path.endsWith("/facts") && when === "before" ? "drop" : undefined);
    await drop.click();
    await failed.waitFor();
    assert.equal(kept().name, "Michael");
    visit.stub.fault = () => undefined;
    await drop.click();
    await eventually("removed", () => kept().name === undefined);
    assert.equal(await failed.count(), 0);
  });

  it("keeps what is being put right before the visitor, whatever comes in", async () => {
    const page = await visit.go();
    await visit.begin("I'm Mike. Could you send me the brochure?");
    await page.getByRole("button", { name: "Correct Name: Mike" }).click();
    const field = page.getByRole("textbox", { name: "Name" });
    await field.fill("Michael");
    visit.stub.agent("One moment, please.");
    await visit.log.getByText("One moment").waitFor();
    assert.equal(await field.inputValue(), "Michael");
    await field.press("Escape");
    await page.getByRole("button", { name: "Correct Name: Mike" }).waitFor();
    assert.ok(await visit.dialog.isVisible(), "Escape ends the correction, not the chat");
  });

  it("shows who is writing, and that a message was seen", async () => {
    const page = await visit.go();
    await visit.begin("Is anybody there?");
    await eventually("the socket is open", () => visit.stub.sockets.size === 1);
    visit.stub.attend({ typing: true });
    await page.getByText("A reply is being written…").waitFor();
    visit.stub.attend({ read: 0 });
    await eventually("seen", async () => (await visit.mine.getAttribute("data-state")) === "Seen");
    visit.stub.agent("Yes, Ines here.");
    await visit.log.getByText("Yes, Ines here.").waitFor();
    await page.getByText("A reply is being written…").waitFor({ state: "hidden" });
    await visit.input.pressSequentially("Good");
    const told = () => visit.stub.conversation.told.filter((one) => one.role === "customer");
    await eventually("the team is told", () => told().some((one) => one.typing) && told().some((one) => one.read === visit.stub.conversation.messages.at(-1).seq));
    assert.ok(told().every((one) => Object.keys(one).length === 3), "and nothing of what is written");
  });

  it("refuses files politely, and never lets one take the page away", async () => {
    const page = await visit.go();
    await visit.launcher.click();
    const file = (type) => visit.dialog.evaluate((dialog, type) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "invoice.pdf", { type: "application/pdf" }));
      const event = type === "paste"
        ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
      (type === "paste" ? dialog.querySelector("textarea") : dialog).dispatchEvent(event);
      return event.defaultPrevented;
    }, type);
    assert.equal(await file("dragover"), true);
    assert.equal(await file("drop"), true);
    await page.getByText("Files can't be sent here.").waitFor();
    await visit.input.fill("It is an invoice of May");
    await visit.input.press("Enter");
    await eventually("said no longer", async () => (await page.getByText("Files can't be sent here.").count()) === 0);
    await file("paste");
    await page.getByText("Files can't be sent here.").waitFor();
  });
});

describe("the owner's words", () => {
  const visit = new Visit();

  it("come before the first message, and nothing happens until the visitor agrees", async () => {
    const page = await visit.go({ query: CONSENT });
    await page.evaluate(() => {
      window.heard = [];
      window.askwell("on", "consent", (consent) => window.heard.push(consent));
      window.askwell("compose", "Hello");
    });
    await page.getByText("We keep what you write. <b>Really</b>.").waitFor();
    assert.equal(await visit.input.isVisible(), false);
    assert.equal(await page.getByRole("link", { name: "Read more" }).getAttribute("href"), `${visit.stub.url}/privacy`);
    const fetched = await page.evaluate(() => performance.getEntriesByType("resource").map((r) => new URL(r.name).pathname));
    assert.ok(!fetched.some((path) => path.includes("engine")), "the engine is not loaded yet either");
    assert.deepEqual([visit.stub.requests, await visit.stored()], [[], 0]);

    await page.getByRole("button", { name: "Agree and continue" }).click();
    assert.equal(await visit.input.inputValue(), "Hello", "the words that were put there have waited");
    assert.equal(await visit.stored(), 0, "agreeing stores nothing yet");
    await visit.input.press("Enter");
    await eventually("sent", () => visit.stub.conversations.size === 1);
    assert.deepEqual(await page.evaluate(() => window.heard), [{ given: true }]);
    await page.reload();
    await visit.launcher.click();
    await visit.input.waitFor();

    await page.evaluate(() => window.askwell("consent", false));
    await page.getByText("We keep what you write.").waitFor();
    assert.equal(await visit.stored(), 0, "taking it back forgets");
  });

  it("are asked for again once the server does not know the visitor any more", async () => {
    const page = await visit.go({ query: CONSENT });
    await visit.launcher.click();
    await page.getByRole("button", { name: "Agree and continue" }).click();
    await visit.say("Hello");
    // What was not yet answered when the page went is sent again by the next one.
    await eventually("it is shown as sent", async () => (await visit.mine.last().getAttribute("data-state")) === "Sent");
    visit.stub.erase();
    await page.reload();
    await visit.launcher.click();
    await page.getByRole("button", { name: "Agree and continue" }).waitFor();
    assert.equal(await visit.input.isVisible(), false);
    assert.equal(await visit.stored(), 0);
    assert.equal(visit.stub.conversations.size, 1);
  });

  it("may be asked for by the page itself", async () => {
    const page = await visit.go({ query: CONSENT });
    await page.evaluate(() => window.askwell("consent", true));
    await visit.launcher.click();
    await visit.input.waitFor();
  });
});
