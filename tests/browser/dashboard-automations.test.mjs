// The dashboard's automations, by what is seen of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { Receiver } from "../support/receiver.mjs";
import { held } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const HOSTILE = `"><script>alert(1)</script>`;
const BROKEN = ["Hi, I'm Bruno, bruno@example.com. My parcel arrived damaged, the lamp is broken. This is terrible!"];

describe("the dashboard's automations", () => {
  let worker, browser, receiver, space, desk;

  before(async () => {
    [worker, browser, receiver] = await together(sharedWorker(), launch(), Receiver.start());
    space = await workspace(worker, { name: "Fern & Co", webhook: receiver });
    desk = await Desk.asMember(browser, worker, space, "admin");
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await receiver?.stop();
  });

  const card = (name) => desk.page.getByRole("article", { name });
  const step = (n) => desk.page.getByRole("group", { name: `Step ${n}` });
  /** What a step needs, by the name that the form sends it under: a label around a choice has its choices in it. */
  const part = (n, name) => step(n).locator(`[name=${name}]`);
  const all = async () => (await space.team.get("/v1/automations")).items;

  test("adds one in a form that shows what each step needs, and runs it", async () => {
    await desk.page.getByRole("link", { name: "Automations" }).click();
    await desk.shows("No automations yet");
    await desk.stands("automations-empty");
    await desk.button("New automation").click();
    await desk.page.getByLabel("Name").fill("Damaged goods");
    await desk.page.getByLabel("After").selectOption({ label: "a conversation was read, and its questions answered" });
    await desk.page.getByLabel("negative", { exact: true }).check();
    await desk.page.getByLabel("overly-negative").check();
    await desk.page.getByLabel("With the answer").selectOption("Delivery problems: Damaged on arrival");
    // Each step asks for what it needs, and for nothing else.
    assert.ok(await part(1, "tag").isVisible());
    assert.ok(await part(1, "endpoint").isHidden());
    await part(1, "tag").fill("damaged");
    await desk.button("One more step").click();
    assert.equal(await desk.page.getByLabel("Name").inputValue(), "Damaged goods", "what was typed stays");
    await step(2).getByLabel("What").selectOption("Write a note");
    assert.ok(await part(2, "tag").isHidden());
    await part(2, "note").fill("Offer a replacement.");
    await part(2, "target").selectOption("its customer");
    await desk.button("One more step").click();
    await step(3).getByLabel("What").selectOption("Tell a webhook");
    await part(3, "endpoint").selectOption({ index: 1 });
    await desk.stands("automation-new");
    await desk.button("Add").click();
    await desk.shows("“Damaged goods” is added");
    await card("Damaged goods").getByText("of the tone").waitFor();
    const [made] = await all();
    assert.deepEqual(made.then.map((one) => one.do), ["tag", "note", "webhook"]);
    assert.deepEqual(made.when.sentiments, ["overly-negative", "negative"]);

    const id = await held(space, BROKEN);
    await held(space, ["Hello, do you ship to Norway?"]);
    assert.deepEqual((await space.team.get(`/v1/conversations/${id}/marks`)).tags, ["damaged"]);
    await until("the webhook is told", () => receiver.events.some(({ type, subject }) => type === "askwell.automation.ran" && subject === id));
    await desk.go("/app/settings/automations");
    await card("Damaged goods").getByText("once, last").waitFor();
    await desk.stands("automations");
  });

  test("shows what one has run for, and leads there", async () => {
    await desk.page.getByRole("link", { name: "Damaged goods", exact: true }).click();
    await desk.page.getByRole("heading", { name: "What it has run for" }).waitFor();
    await desk.stands("automation");
    await desk.page.getByRole("link", { name: "Bruno" }).click();
    await desk.page.locator("a.chip").filter({ hasText: "damaged" }).waitFor();
    await desk.page.locator("dl.facts").getByRole("link", { name: "Bruno", exact: true }).first().click();
    await desk.shows("Offer a replacement.");
    await desk.shows("Damaged goods");
  });

  test("changes one, with the keyboard too, and says what is wrong without losing what was typed", async () => {
    const [{ automation_id: id }] = await all();
    await desk.go(`/app/settings/automations/${id}`);
    await desk.page.getByLabel("Name").fill(HOSTILE);
    await part(1, "tag").fill(" ");
    await desk.button("Save").click();
    await desk.shows("Write the tag that is to be put on.");
    assert.equal(await desk.page.getByLabel("Name").inputValue(), HOSTILE);
    assert.equal((await all())[0].name, "Damaged goods", "nothing was saved");
    await part(1, "tag").fill("broken");
    await step(2).getByLabel("What").selectOption("Nothing");
    await desk.page.getByLabel("Name").press("Enter");
    await desk.shows("Saved. What it has run for it does not run for again.");
    await desk.page.getByRole("heading", { name: HOSTILE, level: 1 }).waitFor();
    assert.equal(await desk.page.locator("main script").count(), 0);
    const [set] = await all();
    assert.deepEqual(set.then.map((one) => one.do), ["tag", "webhook"]);
    assert.deepEqual(set.when.answers.map(({ value }) => value), ["Damaged on arrival"]);
  });

  test("turns one off and on, and removes it", async () => {
    await desk.go("/app/settings/automations");
    await desk.page.getByRole("switch").focus();
    await desk.page.keyboard.press("Enter");
    await desk.shows("is off. What it has done stays.");
    assert.equal((await all())[0].enabled, false);
    await desk.page.getByRole("switch").click();
    await desk.shows("is on, for conversations that are closed from now on.");
    assert.equal((await all())[0].enabled, true);
    await desk.button("Change").click();
    await desk.page.locator("main details summary").getByText("Remove").click();
    await desk.button("Remove this automation").click();
    await desk.shows("The automation is removed, and its log.");
    await desk.shows("No automations yet");
    assert.deepEqual(await all(), []);
  });

  test("lets an agent look, and change nothing, and shows a viewer nothing", async () => {
    const body = { name: "Mark", on: "closed", then: [{ do: "tag", tag: "seen" }] };
    const { automation_id: id } = await space.team.expect(201, "POST", "/v1/automations", { body });
    const forms = [
      ["/app/settings/automations/new", { name: "x", on: "closed", what: "tag", tag: "x" }],
      [`/app/settings/automations/${id}`, { name: "x", on: "closed", what: "tag", tag: "x" }],
      [`/app/settings/automations/${id}/switch`, { on: "false" }],
      [`/app/settings/automations/${id}/remove`, {}],
    ];
    for (const role of ["agent", "viewer"]) {
      const other = await Desk.asMember(browser, worker, space, role);
      const seen = role === "agent" ? 1 : 0;
      assert.equal(await other.page.getByRole("link", { name: "Automations" }).count(), seen, role);
      assert.equal(await other.go("/app/settings/automations"), seen ? 200 : 403, role);
      assert.equal(await other.page.locator("main form").count(), 0, role);
      assert.equal(await other.go(`/app/settings/automations/${id}`), seen ? 200 : 403, role);
      assert.equal(await other.page.locator("main form").count(), 0, role);
      assert.equal(await other.go("/app/settings/automations/new"), 403, role);
      for (const [path, form] of forms) assert.equal((await other.send(path, form)).status(), 403, `${role} ${path}`);
      await other.page.context().close();
    }
    assert.deepEqual((await all()).map(({ name, enabled }) => [name, enabled]), [["Mark", true]]);
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly("/app/settings/automations", "/app/settings/automations/new");
    assert.deepEqual(desk.troubles.filter((text) => !/422/.test(text)), []);
  });
});
