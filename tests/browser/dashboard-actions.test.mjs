// The dashboard's pages of actions and billing, by what is seen of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";

const HOSTILE = `</textarea><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

describe("the dashboard's actions and billing", () => {
  let worker, browser, space, desk;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const bill = (body) => space.operator.expect(200, "PUT", `/v1/workspaces/${space.id}/billing`, { body });
  const action = () => space.team.get("/v1/actions/customer-enrichment");

  test("shows the built-in action, switches it off and on, and offers no removal", async () => {
    await desk.page.getByRole("link", { name: "Actions" }).click();
    await desk.page.getByRole("heading", { name: "Customer Enrichment" }).waitFor();
    await desk.shows("Activated");
    await desk.shows("Built in");
    assert.equal(await desk.button("Remove").count(), 0);
    await desk.stands("actions");
    // With the keyboard alone.
    await desk.page.getByRole("switch").focus();
    await desk.page.keyboard.press("Enter");
    await desk.shows("is off. What was collected stays.");
    assert.equal((await action()).state, "off");
    await desk.page.getByRole("switch").click();
    await desk.shows("is on");
    assert.equal((await action()).state, "active");
  });

  test("configures it in the words of a language, and changes nothing before the review is confirmed", async () => {
    await desk.page.getByRole("button", { name: "Configure" }).click();
    // What is typed stays when the words of another language are looked at.
    await desk.page.getByLabel("E-mail, to send something there").fill("Where may I send it?");
    await desk.page.getByLabel("Messages to let pass").fill("5");
    await desk.page.getByLabel("Language of the words").selectOption({ label: "German" });
    await desk.page.getByRole("heading", { name: "Words in German" }).waitFor();
    assert.equal(await desk.page.getByLabel("E-mail, to send something there").inputValue(), "");
    assert.equal(await desk.page.getByLabel("Messages to let pass").inputValue(), "5");
    await desk.page.getByLabel("Language of the words").selectOption({ label: "English" });
    await desk.page.getByRole("heading", { name: "Words in English" }).waitFor();
    assert.equal(await desk.page.getByLabel("E-mail, to send something there").inputValue(), "Where may I send it?");
    await desk.page.getByLabel("E-mail, to send something there").fill("");
    await desk.page.getByLabel("Language of the words").selectOption({ label: "German" });
    await desk.page.getByRole("heading", { name: "Words in German" }).waitFor();
    await desk.stands("actions-configure");
    await desk.page.getByLabel("Most questions in a conversation").fill("1");
    await desk.page.getByLabel("Visitors who are never asked, in %").fill("20");
    await desk.page.getByLabel("Phone", { exact: true }).uncheck();
    await desk.page.getByLabel("E-mail, to send something there").fill("Wohin darf ich es schicken?");
    await desk.page.getByLabel("Name, for a booking").fill(HOSTILE);
    const before = await action();
    await desk.button("Review").click();
    await desk.shows("Nothing has been changed yet.");
    await desk.shows("Never asks 20 % of the visitors");
    await desk.page.getByRole("row").filter({ hasText: "Wohin darf ich es schicken?" }).getByText("yours").waitFor();
    await desk.stands("actions-review");
    assert.deepEqual(await action(), before);
    await desk.button("Back").click();
    await desk.page.getByRole("heading", { name: "Words in German" }).waitFor();
    assert.equal(await desk.page.getByLabel("E-mail, to send something there").inputValue(), "Wohin darf ich es schicken?");
    await desk.button("Review").click();
    await desk.shows("Never asks 20 % of the visitors");
    await desk.button("Save").click();
    await desk.shows("Saved, for conversations that begin from now on.");
    await desk.shows("20 % of the visitors are never asked");
    const { config } = await action();
    assert.deepEqual([config.max_asks, config.hold_out_percent, config.fields], [1, 20, ["name", "email"]]);
    assert.deepEqual(config.wording.de, { email_send: "Wohin darf ich es schicken?", name_book: HOSTILE });
    await desk.go("/app/actions/customer-enrichment?lang=de");
    assert.equal(await desk.page.getByLabel("Name, for a booking").inputValue(), HOSTILE);
    assert.equal(await desk.page.locator("main script, main img").count(), 0);
    // What cannot be said is refused beside its field, nothing is stored, and nothing that was typed is lost.
    await desk.page.getByLabel("Name, for a call").fill("Wie heißen Sie?");
    await desk.page.getByLabel("Name, for a booking").fill("Who is {name}?");
    await desk.button("Review").click();
    await desk.shows("braces other than {value}");
    assert.equal(await desk.page.locator("textarea[aria-invalid]").inputValue(), "Who is {name}?");
    assert.equal(await desk.page.getByLabel("Name, for a call").inputValue(), "Wie heißen Sie?");
    await desk.stands("actions-refused");
    assert.deepEqual((await action()).config, config);
  });

  test("tells what asking brings, of those who are asked and those who are not", async () => {
    const { visitor, id } = await visit(space);
    await visitor.say(id, "Could you email me your brochure?");
    await visitor.say(id, "it is ana@example.com");
    await visitor.act(id, "close");
    await space.team.classified(id);
    await desk.go("/app/actions");
    await desk.page.getByRole("button", { name: "What it brings" }).click();
    await desk.page.getByRole("heading", { name: "Visitors who are asked" }).waitFor();
    await desk.page.getByRole("heading", { name: "Visitors who are never asked" }).waitFor();
    await desk.page.getByRole("region", { name: "The difference" }).waitFor();
    await desk.stands("actions-report");
    await desk.page.getByLabel("Channel").selectOption({ label: "LINE" });
    await desk.button("Show").click();
    await desk.shows("No conversations on these days");
  });

  test("shows the plans, and what follows from each and from a payment that is overdue", async () => {
    await desk.page.getByRole("link", { name: "Billing" }).click();
    await desk.shows("$19 a month");
    await desk.stands("billing");
    await desk.button("Change to Starter").click();
    await desk.shows("Your plan is Starter now.");
    assert.equal((await space.team.get("/v1/billing")).plan, "starter");
    await desk.page.getByRole("link", { name: "Actions" }).click();
    await desk.shows("Upgrade to have Customer Enrichment");
    await desk.shows("Not in your plan");
    await desk.stands("actions-starter");
    await desk.page.locator("main").getByText("Settings → Billing").click();
    await desk.button("Upgrade to Professional").click();
    await desk.shows("Your plan is Professional now.");

    await bill({ payment: "overdue" });
    await desk.go("/app/settings/billing");
    await desk.shows("A payment is overdue.");
    assert.equal(await desk.button("Upgrade to Enterprise").count(), 0);
    await desk.stands("billing-overdue");
    // A page that was opened before is refused as well.
    assert.equal((await desk.send("/app/settings/billing", { plan: "enterprise" })).status(), 412);
    await desk.go("/app/actions");
    await desk.shows("What is on goes on.");
    await desk.page.getByRole("switch").click();
    await desk.shows("is off.");
    assert.equal(await desk.page.getByRole("switch").count(), 0, "nothing is switched on before the payment");
    await desk.stands("actions-overdue");
    await bill({ payment: "current" });
    await desk.page.reload();
    await desk.page.getByRole("switch").click();
    await desk.shows("is on");
  });

  test("lets an agent look, and change nothing", async () => {
    const agent = await Desk.asMember(browser, worker, space, "agent", "Mira");
    await agent.page.getByRole("link", { name: "Actions" }).click();
    assert.equal(await agent.page.getByRole("switch").count(), 0);
    await agent.page.locator("main").getByText("Configure").click();
    await agent.shows("Asks one question in a conversation at most.");
    for (const [path, form] of [
      ["/app/actions/switch", { on: "false", revision: "1" }],
      ["/app/actions/customer-enrichment/review", {}],
      ["/app/actions/customer-enrichment/activate", {}],
      ["/app/settings/billing", { plan: "starter" }],
    ]) assert.equal((await agent.send(path, form)).status(), 403, path);
    await agent.page.context().close();
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly("/app/actions", "/app/actions/customer-enrichment", "/app/settings/billing");
    assert.deepEqual(desk.troubles, []);
  });
});
