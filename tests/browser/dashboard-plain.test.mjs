// The main task of each page of the dashboard without scripts: forms and links alone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { ask, held, publish } from "../support/talk.mjs";
import { visit } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

describe("the dashboard without scripts", () => {
  let worker, browser, space, desk, page;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    await publish(space);
    await held(space, ["Hi, I'm Bruno, bruno@example.com. My parcel arrived damaged, the lamp is broken. This is terrible!"]);
    await until("Bruno is known", async () => (await space.team.customers("bruno@example.com")).items[0]);
    desk = await Desk.signedIn(browser, worker, space.secretKey, { javaScriptEnabled: false });
    page = desk.page;
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  /** To a page from the navigation, as somebody who has never been there. */
  const place = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
  const field = (name) => page.locator(`main [name="${name}"]`);
  const press = (name) => page.locator("main").getByRole("button", { name, exact: true }).first().click();
  const follow = (name) => page.locator("main").getByRole("link", { name }).first().click();

  test("customers: searching, tagging, a view, and a profile put right", async () => {
    await place("Customers");
    await field("q").fill("bruno");
    await press("Search");
    await page.getByRole("checkbox", { name: "Tick Bruno" }).check();
    await page.getByLabel("Tag for the ticked customers").fill("vip");
    await press("Add to ticked");
    await desk.shows("1 customer tagged “vip”.");
    await follow("vip");
    await page.getByLabel("Name of the view").fill("Important");
    await press("Save view");
    await desk.shows("View “Important” saved");
    await follow("Bruno");
    await page.getByText("Edit", { exact: true }).click();
    await field("phone").fill("+12025550123");
    await press("Save");
    await desk.shows("+12025550123");
    await field("text").fill("Prefers the morning.");
    await press("Add note");
    await desk.shows("Prefers the morning.");
  });

  test("conversations: filtering, feedback, and an answer put right", async () => {
    await place("Conversations");
    await page.getByText("Filters", { exact: true }).click();
    await page.getByLabel("Delivery problems").selectOption("Damaged on arrival");
    await press("Filter");
    await desk.shows("Delivery problems: Damaged on arrival");
    await page.locator("tbody a").first().click();
    await press("Good");
    await desk.shows("Thank you for the feedback.");
    await place("Signals");
    await desk.shows("Feedback of the team");
    await page.getByRole("link", { name: "Good", exact: true }).click();
    await desk.shows("Feedback: good");
    assert.equal(await page.locator("tbody tr").count(), 1, "and no other conversation");
  });

  test("inbox: a visitor is taken, answered and resolved", async () => {
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await until("the visitor is in the queue", async () => (await space.team.get("/v1/inbox")).items.length > 0);
    await place("Inbox");
    await press("Take");
    await field("text").fill("Good day, this is Mira.");
    await press("Send");
    await until("the visitor hears it", async () =>
      (await talk.visitor.messages(talk.id)).messages.some(({ text }) => text === "Good day, this is Mira."));
    await press("Resolve");
    await desk.shows("Resolved.");
  });

  test("metrics: another question and period, and the conversations behind a count", async () => {
    await page.locator('nav a[href="/app/metrics/data-collection"]').click();
    await page.getByLabel("Question").selectOption("Delivery problems");
    await press("Show");
    await follow("Damaged on arrival");
    await page.getByRole("row").filter({ hasText: "Bruno" }).waitFor();
    await place("Signals");
    await press("Show");
    await page.getByRole("heading", { name: "Signals", level: 1 }).waitFor();
  });

  test("data collection: a field from a template, published, and switched off", async () => {
    await page.locator('nav a[href="/app/settings/data-collection"]').click();
    await press("New field");
    await follow("Use Packaging issues this template");
    await press("Save and publish version 1…");
    await press("Publish version 1");
    await desk.shows("live");
    await page.locator('nav a[href="/app/settings/data-collection"]').click();
    await page.getByRole("row").filter({ hasText: "Packaging issues" }).getByRole("switch").click();
    await until("it is off", async () =>
      (await page.getByRole("row").filter({ hasText: "Packaging issues" }).getByRole("switch").getAttribute("aria-checked")) === "false");
  });

  test("actions: configured after a review, and switched off", async () => {
    await place("Actions");
    await press("Configure");
    await page.getByLabel("Most questions in a conversation").fill("1");
    await press("Review");
    await desk.shows("Nothing has been changed yet.");
    await press("Save");
    await desk.shows("Saved, for conversations that begin from now on.");
    await place("Actions");
    await page.getByRole("switch").click();
    await desk.shows("is off. What was collected stays.");
  });

  test("knowledge base: an article is published, and asked", async () => {
    await place("Knowledge base");
    await press("New article");
    await page.getByLabel("Title").fill("Gift cards");
    await page.getByLabel("Text, in Markdown").fill("A gift card is good for three years.");
    await press("Save and publish");
    await desk.shows("Published: visitors are answered from it.");
    await place("Knowledge base");
    await page.getByPlaceholder("A visitor's question").fill("How long is a gift card good for?");
    await press("Ask");
    await desk.shows("three years");
  });

  test("automations, replies and the language model are set", async () => {
    await place("Automations");
    await press("New automation");
    await page.getByLabel("Name").fill("Damaged goods");
    await page.locator("[name=tag]").first().fill("damaged");
    await press("Add");
    await desk.shows("“Damaged goods” is added");
    await place("Replies");
    await field("open-1").fill("09:00–17:00");
    await field("zone").fill("Europe/Vienna");
    await press("Save");
    await desk.shows("Saved, for what visitors say from now on.");
    await place("Language model");
    await page.locator('[name=provider][value="workers"]').check();
    await field("model").fill("fern-1");
    await press("Save");
    await desk.shows("Saved. Test the connection");
  });

  test("developers: a key is made, a webhook added and switched off", async () => {
    await place("Keys and embedding");
    await page.getByText("Make a key").click();
    await field("name").fill("Second site");
    await page.locator('[name=kind][value="site"]').check();
    await press("Make");
    const key = await page.locator("#fresh").textContent();
    assert.ok((await page.locator("#tag").textContent()).includes(key), "the tag can be used as it stands");
    await place("Webhooks");
    await field("url").fill("https://hooks.example/askwell");
    await press("Add");
    await desk.shows("It is shown this once.");
    await place("Webhooks");
    await press("Turn off");
    await desk.shows("The webhook is off.");
  });

  test("privacy and settings: counting what would go, the team, the sites, the plan", async () => {
    await place("Retention");
    await page.getByLabel("Access log, in days").fill("365");
    await press("Count what would go");
    await desk.shows("365");
    await place("Team");
    await field("name").last().fill("Mira");
    await field("email").fill("mira@example.com");
    await press("Add");
    await page.locator("#new-key").waitFor();
    await place("Workspace");
    await page.getByLabel("one origin a line").fill("https://shop.example");
    await press("Save");
    await desk.shows("Saved.");
    await place("Billing");
    await press("Upgrade to Enterprise");
    await desk.shows("Enterprise");
    assert.equal((await space.team.get("/v1/billing")).plan, "enterprise");
  });

  test("a person is deleted after a typed confirmation", async () => {
    await place("Customers");
    await follow("Bruno");
    await press("Delete…");
    await field("confirm").fill("bruno@example.com");
    await press("Delete for good");
    await desk.shows("Deleted for good");
    assert.deepEqual(desk.troubles, []);
  });
});
