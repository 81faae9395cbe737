// The dashboard's pages of webhooks, deliveries, retention and the export's metrics, by what is seen of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { Receiver } from "../support/receiver.mjs";
import { held } from "../support/talk.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

const HOSTILE = `"><script>alert(1)</script>`;

describe("the dashboard's settings of events, retention and export", () => {
  let worker, browser, space, desk, receiver;

  before(async () => {
    [worker, browser, receiver] = await together(Worker.start(), launch(), Receiver.start());
    space = await workspace(worker, { name: "Fern & Co" });
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await receiver?.stop();
    await worker?.stop();
  });

  test("adds a webhook, shows its secret once, and what became of each event", async () => {
    await desk.page.getByRole("link", { name: "Webhooks" }).click();
    await desk.shows("No webhooks yet");
    await desk.page.getByLabel("Address").fill("http://hooks.example/askwell");
    await desk.page.getByText("Only some events").click();
    await desk.page.getByLabel("kb.published").check();
    await desk.button("Add").click();
    await desk.shows("Must be https");
    assert.equal(await desk.page.getByLabel("Address").inputValue(), "http://hooks.example/askwell");
    assert.ok(await desk.page.getByLabel("kb.published").isChecked());
    await desk.stands("webhooks-refused");
    await desk.page.getByLabel("kb.published").uncheck();
    // With the keyboard alone.
    await desk.page.getByLabel("Address").fill(`${receiver.url}?x=${encodeURIComponent(HOSTILE)}`);
    await desk.page.keyboard.press("Enter");
    await desk.shows("It is shown this once.");
    const secret = await desk.page.locator("#fresh").textContent();
    assert.match(secret, /^whsec_/);
    receiver.secret = secret;
    await desk.stands("webhooks");
    await held(space, ["Hi, my name is Bruno and my email is bruno@example.com"], "resolve");
    await until("events were delivered", () => receiver.taken.length >= 2);
    await desk.go("/app/developers/webhooks");
    assert.ok(!(await desk.page.content()).includes(secret));
    await desk.page.getByRole("link", { name: "Log of deliveries" }).click();
    await desk.page.getByRole("row").filter({ hasText: "delivered" }).first().waitFor();
    await desk.stands("deliveries");
    await desk.page.getByLabel("State").selectOption({ label: "Given up" });
    await desk.button("Show").click();
    await desk.shows("No delivery fits");
    assert.equal(await desk.page.locator("main script").count(), 0);
  });

  test("sends a range again", async () => {
    const before = receiver.requests.length;
    await desk.go("/app/developers/deliveries");
    await desk.page.getByLabel("From number").fill("1");
    await desk.page.getByLabel("To number").fill("2");
    await desk.button("Send again").click();
    await desk.shows("2 events on their way again.");
    await until("they came again", () => receiver.requests.length >= before + 2);
    await desk.page.getByLabel("From number").fill("9");
    await desk.page.getByLabel("To number").fill("2");
    await desk.button("Send again").click();
    await desk.shows("must not be greater than");
    // What was typed is there to be put right.
    assert.equal(await desk.page.getByLabel("From number").inputValue(), "9");
    assert.equal(await desk.page.getByLabel("To number").inputValue(), "2");
  });

  test("keeps what was typed into forms that are refused", async () => {
    const filled = (label) => desk.page.getByLabel(label, { exact: true }).inputValue();
    // A period that ends before it begins, on each page of figures.
    for (const [path, first, last] of [
      ["/app/metrics/data-collection?step=week&", "From", "To"],
      ["/app/metrics/signals?", "From", "To"],
      ["/app/metrics/export?", "First file", "Last file"],
      ["/app/actions/customer-enrichment/report?", "From", "To"],
    ]) {
      assert.equal(await desk.go(`${path}first=2026-11-20&last=2026-11-10`), 422, path);
      assert.equal(await filled(first), "2026-11-20", path);
      assert.equal(await filled(last), "2026-11-10", path);
      await desk.page.getByLabel(last, { exact: true }).fill("2026-11-20");
      await desk.button("Show").click();
      await desk.page.waitForURL(/last=2026-11-20/);
      if (path.includes("step=week")) assert.match(desk.page.url(), /step=week/);
    }
    // A backfill of no field, and of days in the wrong order.
    const days = async () => [await filled("Ended from"), await filled("Ended until")];
    await desk.go("/app/settings/data-collection/backfills");
    await desk.page.getByLabel("Ended from").fill("2026-11-20");
    await desk.page.getByLabel("Ended until").fill("2026-11-10");
    await desk.page.getByLabel("Language").check();
    await desk.button("Estimate").click();
    await desk.page.getByRole("alert").waitFor();
    assert.deepEqual(await days(), ["2026-11-20", "2026-11-10"]);
    assert.ok(await desk.page.getByLabel("Language").isChecked());
    // Somebody else has set it meanwhile.
    await desk.go("/app/privacy/retention");
    await desk.page.getByLabel("Access log, in days").fill("77");
    await desk.button("Count what would go").click();
    await desk.shows("Nothing has been changed yet.");
    const { accesses_days: _, ...kept } = await space.team.get("/v1/settings/retention");
    await space.team.expect(200, "PUT", "/v1/settings/retention", { body: { ...kept, accesses_days: 90 } });
    await desk.button("Set it so").click();
    await desk.page.getByRole("alert").waitFor();
    assert.equal(await desk.page.getByLabel("Access log, in days").inputValue(), "77");
    await desk.shows("It is set to 90 days now.");
    await space.team.expect(200, "PUT", "/v1/settings/retention", { body: { ...kept, accesses_days: null } });
    desk.troubles.length = 0;
  });

  test("gives another secret, turns a webhook off, and removes it", async () => {
    await desk.go("/app/developers/webhooks");
    await desk.button("New secret").click();
    await desk.shows("they are signed with the one before as well");
    // What is refused on a page that a form was answered with is said on a page.
    await desk.page.getByText("Add a webhook").click();
    await desk.page.getByLabel("Address").fill("http://hooks.example/late");
    await desk.button("Add").click();
    await desk.shows("must be https");
    await desk.button("Turn off").click();
    await desk.shows("The webhook is off.");
    await desk.button("Turn on").click();
    await desk.shows("The webhook is on.");
    await desk.page.locator("article").getByText("Remove").first().click();
    await desk.button("Remove this webhook").click();
    await desk.shows("The webhook is removed");
    await desk.shows("No webhooks yet");
  });

  test("counts what would go before it does, and lets it go then", async () => {
    await desk.page.getByRole("link", { name: "Retention" }).click();
    await desk.page.getByLabel("Words of conversations, in days").fill("1");
    await desk.shows("of 10.0\u202fGB taken");
    await desk.stands("retention");
    await desk.button("Count what would go").click();
    await desk.shows("Nothing has been changed yet.");
    await desk.stands("retention-count");
    assert.equal((await space.team.get("/v1/settings/retention")).transcripts_days, null);
    await desk.button("Set it so").click();
    await desk.shows("What is older goes now");
    // Somebody else sets it between the count and the confirmation.
    await desk.button("Count what would go").click();
    await desk.shows("Nothing has been changed yet.");
    const other = { customers_days: null, transcripts_days: 1, accesses_days: 900, events_days: 400 };
    await space.team.expect(200, "PUT", "/v1/settings/retention", { body: other });
    await desk.button("Set it so").click();
    await desk.shows("has been changed meanwhile");
    // What was typed stands, and beside it what the other has set.
    assert.equal(await desk.page.getByLabel("Access log, in days").inputValue(), "");
    await desk.shows("It is set to 900 days now.");
    await space.team.expect(200, "PUT", "/v1/settings/retention", { body: { ...other, accesses_days: null } });
    await desk.go("/app/privacy/retention");
    assert.equal(await desk.page.getByLabel("Words of conversations, in days").inputValue(), "1");
    assert.deepEqual(await space.team.get("/v1/settings/retention"), { customers_days: null, transcripts_days: 1, accesses_days: null, events_days: 400 });
    // Whoever changed an older state is told so.
    const late = await desk.send("/app/privacy/retention", { transcripts: "5", revision: "0" });
    assert.equal(late.status(), 412);
  });

  test("shows the metrics of sealed days with their formulas, and says when a day is not sealed", async () => {
    const today = new Date().toISOString().slice(0, 10);
    await desk.go(`/app/metrics/export?first=${today}&last=${today}`);
    await desk.shows("The last day is not sealed yet");
    await worker.restart({ CLOCK_OFFSET_S: String(2 * 24 * 60 * 60) });
    // Two days on the session has ended.
    desk.url = worker.url.replace("127.0.0.1", "localhost");
    await desk.signIn(space.secretKey);
    await desk.go(`/app/metrics/export?first=${today}&last=${today}`);
    const row = desk.page.getByRole("row").filter({ hasText: "Conversations" }).first();
    assert.match(await row.textContent(), /1.*count\(distinct conversation_id\)/);
    await desk.shows("last_resolution in ('informed', 'resolved')");
    await desk.stands("export-metrics");
    const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    await desk.go(`/app/metrics/export?first=${tomorrow}&last=${tomorrow}`);
    const cells = desk.page.getByRole("row").filter({ hasText: "Conversations" }).first().getByRole("cell");
    assert.deepEqual((await cells.allInnerTexts()).slice(0, 3), ["0", "1", "-100 %"]);
    const download = desk.page.waitForEvent("download");
    await desk.button("Export CSV").click();
    const file = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
    assert.deepEqual(file.slice(0, 2), ["metric,value,before", "total_conversations,0,1"]);
    await desk.go(`/app/metrics/export?first=2020-01-01&last=${today}`);
    await desk.shows("92 days at most");
  });

  test("lets nobody change or see what their role does not allow", async () => {
    const agent = await Desk.asMember(browser, worker, space, "agent", "Mira");
    for (const name of ["Webhooks", "Export metrics"]) {
      assert.equal(await agent.page.getByRole("link", { name }).count(), 0, name);
    }
    for (const path of ["/app/developers/webhooks", "/app/developers/deliveries", "/app/metrics/export"]) {
      assert.equal(await agent.go(path), 403, path);
    }
    assert.equal((await agent.send("/app/developers/webhooks", { url: receiver.url })).status(), 403);
    assert.equal((await agent.send("/app/privacy/retention", { transcripts: "1", revision: "1" })).status(), 403);
    await agent.go("/app/privacy/retention");
    assert.equal(await agent.button("Count what would go").count(), 0);
    await agent.page.context().close();
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly("/app/developers/webhooks", "/app/developers/deliveries", "/app/privacy/retention");
    assert.deepEqual(desk.troubles.filter((text) => !/40[0-9]|412/.test(text)), []);
  });
});
