// Metrics → Data Collection in a browser: its filters, its charts with their tables and files, and where a
// count leads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { held } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const PAGE = "/app/metrics/data-collection";
const DAMAGED = "Damaged on arrival";
const BROKEN = ["My parcel arrived damaged, the box was crushed and the lamp is broken."];

describe("the metrics of data collection", () => {
  let worker, browser, space, desk, field;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    await held(space, BROKEN, "close", { platform: "web_widget" });
    await held(space, BROKEN, "resolve", { platform: "web_widget" });
    await held(space, ["Mein Paket ist kaputt angekommen, die Lampe ist zerbrochen."], "close", { platform: "line" });
    await held(space, ["Do you ship to Norway?"], "close", { platform: "email" });
    const { fields } = await space.team.get("/v1/fields");
    field = fields.find(({ name }) => name === "Delivery problems").id;
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const fieldNamed = async (name) => (await space.team.get("/v1/fields")).fields.find((one) => one.name === name).id;
  const open = (query = "") => desk.go(`${PAGE}?field=${field}${query}`);
  /** The part of the page under a heading. */
  const part = (name) => desk.page.getByRole("article").filter({ has: desk.page.getByRole("heading", { name }) });
  const choice = (name) => desk.page.locator(`main select[name=${name}]`);
  const conversations = () =>
    desk.page.locator(".cards section").filter({ hasText: "Conversations" }).locator(".figure").textContent();

  async function file(link) {
    const download = desk.page.waitForEvent("download");
    await link.click();
    return readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
  }

  test("shows each value by channel, as bars with their counts, as a table and as a file", async () => {
    await open();
    const channels = part("By channel");
    // Every bar says what it is of, and how long it is, in words and digits.
    const group = channels.locator(".bars .group").filter({ hasText: DAMAGED });
    assert.deepEqual(await group.locator(".line").allInnerTexts().then((all) => all.map((text) => text.replace(/\s+/g, " "))), ["Web widget 2", "LINE 1"]);
    const bar = (n) => group.locator("progress").nth(n);
    const width = async (n) => Number(await bar(n).getAttribute("value")) / Number(await bar(n).getAttribute("max"));
    assert.equal((await width(0)) / (await width(1)), 2);
    const row = channels.getByRole("row").filter({ hasText: DAMAGED });
    assert.deepEqual(await row.getByRole("cell").allInnerTexts(), ["2", "1"]);
    const lines = await file(channels.getByRole("link", { name: "CSV" }));
    assert.equal(lines[0], "value,web_widget,line");
    assert.ok(lines.includes(`${DAMAGED},2,1`), lines.join("\n"));
  });

  test("tells the lines of a chart apart without colour, and says in the legend which is which", async () => {
    await desk.go(`${PAGE}?field=${await fieldNamed("Language")}`);
    const lines = desk.page.locator(".chart .u-marker svg");
    await lines.first().waitFor();
    const looks = await lines.evaluateAll((all) => all.map((svg) => [...svg.children].map((e) => `${e.getAttribute("stroke-dasharray")} ${e.getAttribute("d")}`)));
    assert.ok(looks.length >= 2, `several lines: ${looks.length}`);
    for (const part of [0, 1]) assert.equal(new Set(looks.map((look) => look[part])).size, looks.length, `${looks}`);
    // The legend names each of them beside its marker, and the day, which has none.
    assert.equal(await desk.page.locator(".chart .u-label").count(), looks.length + 1);
  });

  test("leads from a count to the conversations that it counts, in its channel", async () => {
    await open();
    await part("By channel").getByRole("row").filter({ hasText: DAMAGED }).getByRole("link", { name: "1", exact: true }).click();
    await desk.page.waitForURL(/conversations/);
    assert.equal(await desk.page.getByRole("row").count(), 2, "its head, and one");
    await desk.page.getByRole("row").filter({ hasText: "LINE" }).getByRole("link").first().click();
    await desk.shows("Mein Paket ist kaputt");
  });

  test("filters by channel, by days and by the answer to another question", async () => {
    await open();
    assert.equal(await conversations(), "4");
    await choice("channel").selectOption({ label: "LINE" });
    await desk.button("Show").click();
    await until("only LINE counts", async () => (await conversations()) === "1");
    await choice("channel").selectOption({ label: "All" });
    await choice("with").selectOption({ label: "Language: German" });
    await desk.button("Show").click();
    await until("only German counts", async () => (await conversations()) === "1");
    await choice("with").selectOption({ label: "All" });
    await desk.page.locator("input[name=first]").fill("2026-01-01");
    await desk.page.locator("input[name=last]").fill("2026-01-31");
    await desk.button("Show").click();
    await desk.shows("No values in this period");
    assert.equal(await conversations(), "0");
    await desk.page.locator("input[name=first]").fill("2026-02-01");
    await desk.button("Show").click();
    await desk.shows(/must not be|before|after/);
  });

  test("is filtered by no answer of its own, which its choices do not offer", async () => {
    await open();
    const own = await fieldNamed("Delivery problems");
    await desk.go(`${PAGE}?field=${own}&with=${own}%3D${encodeURIComponent(DAMAGED)}`);
    assert.equal(await conversations(), "4");
    await open(`&by=${await fieldNamed("Language")}`);
    assert.ok(await desk.page.locator("td.h4 > a").count() > 0);
    await desk.stands("metrics-cross");
  });

  test("keeps its filters in its files and where a count leads", async () => {
    await open("&channel=line");
    const lines = await file(desk.page.getByRole("link", { name: "Export CSV" }).or(desk.button("Export CSV")));
    assert.match(lines[0], /^value,count,before,\d{4}-\d\d-\d\d/);
    assert.ok(lines.some((line) => line.startsWith(`${DAMAGED},1,0`)), lines.join("\n"));
    await part("How often").getByRole("link", { name: DAMAGED }).click();
    await desk.page.waitForURL(/channel=line/);
    assert.equal(await desk.page.getByRole("row").count(), 2);
  });

  test("puts one question against another: bars, a table, a file, and the conversations of a cell", async () => {
    await open();
    await choice("by").selectOption({ label: "Language" });
    await desk.button("Show").click();
    const cross = part("Delivery problems against Language");
    const group = cross.locator(".bars .group").filter({ hasText: DAMAGED });
    assert.match((await group.innerText()).replace(/\s+/g, " "), /English 2/);
    const lines = await file(cross.getByRole("link", { name: "CSV" }));
    assert.match(lines[0], /English/);
    await desk.stands("metrics");
    await cross.getByRole("row").filter({ hasText: DAMAGED }).getByRole("link", { name: "2", exact: true }).click();
    await desk.page.waitForURL(/conversations/);
    assert.equal(await desk.page.getByRole("row").count(), 3);
  });

  test("shows what a question was answered once it is off, and removed, here and in the filters of conversations", async () => {
    const settings = `/app/settings/data-collection/fields/${field}`;
    for (const [word, end] of [
      ["off", () => space.team.expect(200, "PATCH", `/v1/fields/${field}`, { body: { enabled: false } })],
      ["removed", () => space.team.expect(204, "DELETE", `/v1/fields/${field}`)],
    ]) {
      await end();
      assert.equal(await desk.go(settings), 200);
      await desk.page.getByRole("link", { name: "Its values in Metrics" }).click();
      await desk.page.waitForURL(/metrics/);
      assert.equal(await choice("field").locator("option:checked").textContent(), `Delivery problems (${word})`);
      assert.equal(await conversations(), "4");
      await part("How often").getByRole("link", { name: DAMAGED }).click();
      await desk.page.waitForURL(/conversations/);
      assert.equal(await desk.page.getByRole("row").count(), 4, "its head, and three");
      // Beside another one, and as that by which others are narrowed.
      await desk.go(PAGE);
      await choice("by").selectOption({ label: `Delivery problems (${word})` });
      await choice("with").selectOption({ label: `Delivery problems (${word}): ${DAMAGED}` });
      await desk.button("Show").click();
      await part(`against Delivery problems (${word})`).waitFor();
      assert.equal(await conversations(), "3");
      await desk.go("/app/conversations");
      await desk.page.getByText("Filters", { exact: true }).click();
      await desk.page.getByLabel(`Delivery problems (${word})`).selectOption(DAMAGED);
      await until("three are left", async () => (await desk.page.getByRole("row").count()) === 4);
      await desk.shows(`Delivery problems (${word}): ${DAMAGED}`);
    }
    // A period that is none was refused before.
    assert.deepEqual(desk.troubles.filter((text) => !text.includes("422")), []);
  });
});
