// The dashboard's pages of Data Collection, by what is seen: the list, a field's life, what is made of it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk, member } from "../support/dashboard.mjs";
import { held } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const LIST = "/app/settings/data-collection";
const HOSTILE = `"><script>alert(1)</script>'<img src=x onerror=alert(1)>`;

describe("the dashboard's data collection", () => {
  let worker, browser, space, desk, members, broken;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    members = {};
    for (const role of ["agent", "viewer"]) members[role] = await member(space, role);
    broken = await talk(["Hi, I'm Bruno. My parcel arrived damaged, the box was crushed and the lamp is broken."]);
    await talk(["Where is my order? It is a week late.", "Still nothing!"]);
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const talk = (lines, action) => held(space, lines, action);

  const row = (name, page = desk.page) => page.getByRole("row").filter({ hasText: name });
  const names = async (page = desk.page) =>
    (await page.locator("tbody th[scope=row] a").allTextContents()).map((name) => name.trim());
  const details = async () => (await space.team.get("/v1/fields/details")).fields;
  const fieldOf = async (name) =>
    (await details()).find(({ live, draft }) => (draft?.field ?? live.field).name === name);

  test("lists the fields with how they do", async () => {
    await desk.page.getByRole("region", { name: "Fields" }).or(desk.page.getByRole("navigation")).first().waitFor();
    await desk.page.locator(`nav a[href="${LIST}"]`).click();
    await desk.page.getByRole("heading", { name: "Data Collection", level: 1 }).waitFor();
    assert.equal((await names()).length, 6);
    const cells = await row("Delivery problems").getByRole("cell").allTextContents();
    assert.ok(cells.includes("2"), `asked about both: ${cells}`);
    await desk.page.getByLabel("Rates over").selectOption("7");
    await desk.page.waitForURL(/days=7/);
    await desk.stands("collection");
    assert.equal(await desk.go(`${LIST}?days=x`), 422);
    desk.troubles.length = 0;
  });

  test("orders them with buttons and the keyboard, without scripts too", async () => {
    await desk.go(LIST);
    const [first, second] = await names();
    await desk.page.getByRole("button", { name: `Move ${second} up` }).focus();
    await desk.page.keyboard.press("Enter");
    await desk.shows("The order is saved.");
    assert.deepEqual((await names()).slice(0, 2), [second, first]);
    const plain = await Desk.signedIn(browser, worker, space.secretKey, { javaScriptEnabled: false });
    await plain.go(LIST);
    assert.equal(await plain.page.locator(".handle:visible").count(), 0);
    await plain.page.getByRole("button", { name: `Move ${second} down` }).click();
    await plain.shows("The order is saved.");
    assert.deepEqual((await names(plain.page)).slice(0, 2), [first, second]);
    await plain.page.context().close();
  });

  test("orders them by dragging", async () => {
    await desk.go(LIST);
    const before = await names();
    await desk.page.locator(".handle").last().dragTo(desk.page.locator(".handle").first());
    await desk.shows("The order is saved.");
    const after = await names();
    assert.equal(after[0], before.at(-1));
    const stored = (await details()).map(({ live }) => live.field.name);
    assert.deepEqual(stored, after);
  });

  test("turns one off and on", async () => {
    await desk.go(LIST);
    await desk.page.getByRole("switch", { name: "Put “Language” to conversations" }).click();
    await desk.shows("“Language” is put no more.");
    assert.equal((await fieldOf("Language")).enabled, false);
    await desk.page.getByRole("switch", { name: "Put “Language” to conversations" }).click();
    await desk.shows("“Language” is put to every conversation");
    assert.equal((await fieldOf("Language")).enabled, true);
  });

  test("begins with a template, takes advice, and publishes after a confirmation", async () => {
    await desk.go(LIST);
    await desk.page.getByRole("button", { name: "New field" }).click();
    await desk.page.getByRole("heading", { name: "Security and compliance" }).waitFor();
    await desk.stands("collection-templates");
    await desk.page.getByRole("link", { name: "Use Packaging issues this template" }).click();
    await desk.shows("No remarks.");
    assert.equal(await desk.page.getByLabel("Value 1", { exact: true }).inputValue(), "Broken seal");
    // Remarks follow what is typed, and stand beside what they are about.
    const prompt = desk.page.getByLabel("Prompt", { exact: true });
    await prompt.fill("What is wrong with the box? If it is dirty, output 'Stained'.");
    await desk.page.locator("#remarks-prompt").getByText("“Stained”").waitFor();
    assert.equal(await desk.page.locator("#remarks-prompt .remark").count(), 3, "no rule to skip, a value that is not listed, nothing for the rest");
    await desk.page.getByText("Add many at once").click();
    await desk.page.getByLabel("More values").fill("Stained\nbroken seal");
    await desk.page.locator("#remarks-values").getByText("“broken seal”").first().waitFor();
    await desk.stands("collection-form");
    await desk.page.getByLabel("More values").fill("Stained\nBroken seal");
    await desk.button("Save draft").click();
    await desk.shows("The value “Broken seal” stands there twice.");
    assert.match(await prompt.inputValue(), /Stained/, "what was typed is kept");
    await desk.page.getByLabel("Value 6", { exact: true }).fill("");
    await desk.button("Save and publish version 1").click();
    await desk.shows("Publish version 1 of “Packaging issues”?");
    await desk.stands("collection-publish");
    assert.equal((await fieldOf("Packaging issues")).live, null, "nothing is live yet");
    await desk.button("Publish version 1").click();
    await desk.shows("Version 1 is live");
    const made = await fieldOf("Packaging issues");
    assert.deepEqual(made.live.field.possible_values.at(-1), "Stained");
    assert.equal(made.draft, null);
  });

  test("changes a field, shows what changes, and brings an old version back", async () => {
    await desk.go(LIST);
    await desk.page.getByRole("link", { name: "Product issues" }).click();
    await desk.page.getByLabel("When value 1 is right", { exact: true }).fill("It arrived broken");
    await desk.page.getByLabel(/^Optional/).uncheck();
    await desk.button("Save draft").click();
    await desk.shows("The draft is saved.");
    await desk.stands("collection-field");
    const mine = desk.page.url();
    await desk.button("Save and publish version 2").click();
    await desk.page.getByRole("row", { name: /Kind Optional Required/ }).waitFor();
    // Somebody else changes the draft meanwhile.
    const { id } = await fieldOf("Product issues");
    const other = (await fieldOf("Product issues")).draft.field;
    await space.team.expect(200, "PUT", `/v1/fields/${id}/draft`, { body: { ...other, name: "Product trouble" } });
    await desk.button("Publish version 2").click();
    await desk.shows("Somebody has changed the draft");
    await desk.button("Publish version 2").click();
    await desk.shows("Version 2 is live");
    await desk.page.getByText(/^Version 1,/).click();
    await desk.button("Restore as a draft version 1").click();
    await desk.shows("Version 1 is the draft now.");
    assert.equal(await desk.page.getByLabel("Name").inputValue(), "Product issues");
    await desk.button("Throw the draft away").click();
    await desk.shows("The draft is thrown away.");
    assert.equal(await desk.page.getByLabel("Name").inputValue(), "Product trouble");
    await desk.page.getByText("Remove this field").click();
    await desk.button("Remove").click();
    await desk.shows("The field is removed.");
    await desk.page.getByText("Removed fields (1)").click();
    await desk.page.getByRole("link", { name: "Product trouble" }).click();
    assert.equal(desk.page.url(), mine);
    await desk.page.getByText(/^Version 2,/).click();
    await desk.button("Restore as a draft version 2").click();
    await desk.button("Save draft").waitFor();
  });

  test("tries a draft on conversations that ended, and says what changes", async () => {
    await desk.go(LIST);
    await desk.page.getByRole("link", { name: "Delivery problems" }).click();
    // Without the value that one of them was answered with, that one changes.
    await desk.page.getByLabel("Value 3", { exact: true }).fill("");
    await desk.button("Save and try").click();
    await desk.page.getByLabel("Conversations").selectOption("10");
    await desk.button("Try").click();
    await desk.shows(/\d+ differently/);
    await row("Damaged on arrival").first().waitFor();
    const changed = desk.page.getByRole("region", { name: "Conversations that are answered differently" });
    assert.ok((await changed.getByRole("row").count()) >= 2);
    await desk.stands("collection-try");
    await changed.getByRole("link").first().click();
    await desk.page.getByRole("heading", { name: "Transcript" }).waitFor();
    const { id } = await fieldOf("Delivery problems");
    await space.team.expect(204, "DELETE", `/v1/fields/${id}/draft`);
  });

  test("proposes values out of “Other”, and adds one with a click", async () => {
    const field = await fieldOf("Product trouble");
    for (let n = 0; n < 3; n += 1) {
      const conversation = await talk([`Order ${n + 1}: the colour faded after one wash, what can I do?`]);
      await space.team.expect(200, "PUT", `/v1/conversations/${conversation}/answers/${field.id}`, { body: { answer: "Others" } });
    }
    await desk.go(`${LIST}/fields/${field.id}/values`);
    await desk.shows("3 conversations");
    await desk.stands("collection-values");
    const add = desk.page.getByRole("button", { name: /^Add to the draft/ }).first();
    const value = (await add.textContent()).replace("Add to the draft: ", "").trim();
    await add.click();
    await desk.shows(`“${value}” is in the draft.`);
    await desk.shows("in the field");
    const values = (await fieldOf("Product trouble")).draft.field.possible_values;
    assert.equal(values.at(-2), value, "before the value for the rest");
  });

  test("puts fields to earlier conversations after an estimate, and shows how far it is", async () => {
    await desk.go(LIST);
    await desk.page.getByRole("button", { name: "Backfills" }).click();
    await desk.shows("No backfills yet");
    await desk.button("Estimate").click();
    await desk.shows("must name at least one field");
    await desk.page.getByLabel("Language", { exact: true }).check();
    await desk.button("Estimate").click();
    await desk.shows("the built-in classifier, at no cost");
    await desk.stands("collection-estimate");
    await desk.button("Start").click();
    await desk.shows("The backfill has begun.");
    // It goes on, and the page with it.
    await desk.page.locator("#progress .badge").getByText("finished").waitFor({ timeout: 60_000 });
    await desk.shows("(100.0 %)");
    assert.equal(await desk.button("Pause").count(), 0);
    await desk.page.getByRole("link", { name: "← Backfills" }).click();
    await row("finished").waitFor();
    await desk.stands("collection-backfills");
  });

  test("pauses a backfill, lets it go on and cancels it, without scripts too", async () => {
    // Nothing answers there, so the backfill stays under way.
    const llm = { provider: "openai_compatible", base_url: "http://127.0.0.1:9/v1", model: "none", classify: "all" };
    await space.team.expect(200, "PUT", "/v1/llm", { body: llm });
    const plain = await Desk.signedIn(browser, worker, space.secretKey, { javaScriptEnabled: false });
    await plain.go(`${LIST}/backfills`);
    await plain.page.getByLabel("Delivery problems").check();
    await plain.page.getByLabel(/^The language model answers too/).check();
    await plain.button("Estimate").click();
    await plain.shows("written");
    await plain.button("Start").click();
    await plain.page.getByRole("link", { name: "Look again" }).click();
    await plain.button("Pause").click();
    await plain.shows("What was under way is finished.");
    await plain.shows("paused");
    await plain.button("Resume").click();
    await plain.shows("It goes on.");
    await plain.button("Cancel").click();
    await plain.shows("It is cancelled.");
    assert.equal(await plain.page.locator("main form").count(), 0);
    await plain.page.context().close();
    await space.team.expect(204, "DELETE", "/v1/llm");
  });

  test("takes a person's answer beside the model's, and puts the fields anew", async () => {
    await desk.go(`/app/conversations/${broken}`);
    const answer = desk.page.locator(".answer").filter({ hasText: "Delivery problems" });
    await answer.getByText("Confirm or put right").click();
    await answer.getByLabel("Answer to Delivery problems").selectOption("Delay");
    await answer.getByRole("button", { name: "Set" }).click();
    await desk.shows("Your answer stands");
    await answer.getByText("Set by Server").waitFor();
    await answer.getByText(/said: Damaged on arrival/).waitFor();
    // The quotes behind an answer light up under the keyboard.
    await answer.focus();
    await desk.page.locator("mark.lit").first().waitFor();
    await desk.page.getByRole("heading", { name: "Asking" }).waitFor();
    await desk.page.locator("article").filter({ hasText: "Asking" }).getByText(/^(held|asked)/).first().waitFor();
    await desk.stands("conversation-answers");
    await desk.button("Re-classify").click();
    await desk.shows("The fields are put to the conversation anew.");
    await until("it is answered", async () => (await desk.page.getByText("being answered anew").count()) === 0);
    await answer.getByText("Set by Server").waitFor();
    await answer.getByText("Change", { exact: false }).first().click();
    await answer.getByRole("button", { name: /^Take back/ }).click();
    await desk.shows("the model's answer stands again");
    await answer.getByText("Set by Server").waitFor({ state: "detached" });
    // A viewer reads them, and no more.
    const viewer = await Desk.signedIn(browser, worker, members.viewer.sign_in_key);
    await viewer.go(`/app/conversations/${broken}`);
    await viewer.page.locator("#answers").getByText("Delivery problems").waitFor();
    assert.equal(await viewer.page.locator("#answers button").count(), 0);
    for (const action of ["answer", "withdraw", "classify"]) {
      const sent = await viewer.send(`/app/conversations/${broken}/${action}`, { field: "x", answer: "null" });
      assert.equal(sent.status(), 403, action);
    }
    await viewer.page.context().close();
  });

  test("keeps from a role what it may not do, and refuses it", async () => {
    const viewer = await Desk.signedIn(browser, worker, members.viewer.sign_in_key);
    await viewer.go(LIST);
    assert.equal(await viewer.page.locator("main button, main form[method=post]").count(), 0);
    await viewer.page.getByRole("link", { name: "Language" }).click();
    await viewer.page.getByRole("heading", { name: "Language", level: 1 }).waitFor();
    assert.equal(await viewer.page.locator("main button, main form[method=post]").count(), 0);
    const here = new URL(viewer.page.url()).pathname;
    for (const path of [`${LIST}/backfills`, `${LIST}/backfills/estimate`, `${here}/values`, `${LIST}/order`, `${LIST}/switch`, `${LIST}/new/form`, here, `${here}/publish`, `${here}/discard`, `${here}/restore`, `${here}/remove`]) {
      assert.equal((await viewer.send(path, { name: "x" })).status(), 403, path);
    }
    for (const path of [`${LIST}/new`, `${here}/publish`]) assert.equal(await viewer.go(path), 403, path);
    await viewer.page.context().close();
  });

  test("shows hostile words as words", async () => {
    desk.troubles.length = 0;
    await desk.go(`${LIST}/new/form`);
    await desk.page.getByLabel("Name").fill(HOSTILE);
    await desk.page.getByLabel("Prompt", { exact: true }).fill(`${HOSTILE} '${HOSTILE}'. </textarea><script>alert(2)</script>`);
    await desk.page.getByLabel("Value 1", { exact: true }).fill(HOSTILE);
    await desk.page.getByLabel("When value 1 is right", { exact: true }).fill(HOSTILE);
    await desk.page.getByLabel("Value 2", { exact: true }).fill(`${HOSTILE} and more`);
    await desk.page.locator("#remarks").getByText(/remark/).waitFor();
    await desk.button("Save draft").click();
    await desk.shows("The draft is saved.");
    assert.equal((await desk.page.getByRole("heading", { level: 1 }).textContent()).trim(), HOSTILE);
    const here = new URL(desk.page.url()).pathname;
    const clean = async () =>
      assert.equal(await desk.page.locator("main script, main img, main svg").count(), 0, desk.page.url());
    await clean();
    await desk.stands("collection-hostile");
    await desk.go(`${here}/publish`);
    await clean();
    await desk.button("Publish version 1").click();
    await desk.shows("Version 1 is live");
    await desk.go(LIST);
    await row(HOSTILE).waitFor();
    await clean();
    await desk.stands("collection-hostile-list");
    for (const path of [`${here}/try`, `${here}/values`, `${LIST}/backfills`]) {
      await desk.go(path);
      await clean();
    }
    const conversation = await talk([HOSTILE]);
    await desk.go(`/app/conversations/${conversation}`);
    await desk.page.locator("#answers").getByText(HOSTILE).first().waitFor();
    await clean();
    assert.deepEqual(desk.troubles, []);
  });

  test("needs little for the first paint of each page", async () => {
    const { id } = await fieldOf("Language");
    await desk.paintsLightly(
      LIST,
      `${LIST}/new`,
      `${LIST}/fields/${id}`,
      `${LIST}/fields/${id}/try`,
      `${LIST}/backfills`,
      `/app/conversations/${broken}`,
    );
  });
});
