// The dashboard's pages of conversations, metrics, exports and erasures, by what is seen of them.

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

const HOSTILE = `</p><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

describe("the dashboard's reports", () => {
  let worker, browser, space, desk, broken;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    broken = await talk(["Hi, I'm Bruno, bruno@example.com. My parcel arrived damaged, the box was crushed and the lamp is broken. This is terrible!"]);
    await talk(["Hallo, mein Paket ist kaputt angekommen. Das ist schrecklich!"]);
    await talk(["Do you ship to Norway?"], "resolve");
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const talk = (lines, action) => held(space, lines, action);

  const rows = () => desk.page.getByRole("row").count();

  test("lists conversations and filters them by what they are and by their answers", async () => {
    await desk.page.getByRole("link", { name: "Conversations" }).click();
    await desk.page.getByRole("heading", { name: "Conversations", level: 1 }).waitFor();
    assert.equal(await rows(), 4);
    await desk.stands("conversations");
    await desk.page.getByText("Filters").click();
    await desk.page.getByLabel("Sentiment").selectOption("negative");
    await desk.shows("Sentiment: negative");
    await until("the list is filtered", async () => (await rows()) < 4);
    await desk.go("/app/conversations");
    await desk.page.getByText("Filters").click();
    await desk.page.getByLabel("Delivery problems").selectOption("Damaged on arrival");
    await desk.shows("Delivery problems: Damaged on arrival");
    assert.ok((await rows()) >= 2);
    await desk.page.getByLabel("Name of the view").fill("Damaged");
    await desk.button("Save view").click();
    await desk.page.getByRole("link", { name: "Damaged", exact: true }).waitFor();
    await desk.go("/app/conversations?direction=outbound");
    await desk.shows("No conversation fits");
  });

  test("finds conversations by how long they lasted, whether they were handed on, and what had no answer", async () => {
    await desk.go("/app/conversations");
    await desk.page.getByText("Filters").click();
    await desk.page.getByLabel("Lasted").selectOption("under a minute");
    await desk.shows("Lasted: under a minute");
    assert.equal(await rows(), 4);
    await desk.page.getByLabel("Handed on").selectOption("no");
    await desk.shows("Handed on: no");
    assert.equal(await rows(), 4);
    await desk.page.getByLabel("Handed on").selectOption("yes");
    await desk.shows("No conversation fits");
    await desk.shows("Handed on: yes");
    await desk.go("/app/conversations");
    await desk.page.getByText("Filters").click();
    await desk.page.getByLabel("Delivery problems").selectOption("(null)");
    await desk.shows("Delivery problems: (null)");
    assert.equal(await rows(), 2);
  });

  test("shows a conversation with the words behind its answers, and takes feedback", async () => {
    await desk.go(`/app/conversations/${broken}`);
    const answer = desk.page.locator("[data-evidence]").filter({ hasText: "Delivery problems" });
    await answer.focus();
    const lit = desk.page.locator("mark.lit");
    await lit.first().waitFor();
    assert.ok(`${await answer.textContent()}`.includes(await lit.first().textContent()) || (await lit.count()) > 1);
    await desk.page.getByLabel("Why").fill("Read well.");
    await desk.button("Good").first().click();
    await desk.shows("Thank you for the feedback.");
    await desk.shows("Read well.");
    await desk.page.getByLabel("New tag").fill("refund");
    await desk.button("Add").first().click();
    await desk.shows("Tag added.");
    await desk.page.getByLabel("New note").fill("Send a new lamp.");
    await desk.button("Add note").click();
    await desk.shows("Send a new lamp.");
    await desk.stands("conversation");
  });

  test("counts answers, draws them, and leads from a value to its conversations", async () => {
    await desk.go("/app/metrics/data-collection");
    await desk.page.getByLabel("Question").selectOption({ label: "Delivery problems" });
    await desk.page.waitForURL(/field=/);
    await desk.page.locator(".chart canvas").waitFor();
    await desk.page.getByLabel("Against").selectOption({ label: "Language" });
    await desk.button("Show").click();
    await desk.page.getByRole("heading", { name: "Delivery problems against Language" }).waitFor();
    await desk.stands("data-collection");
    const download = desk.page.waitForEvent("download");
    await desk.button("Export CSV").click();
    const csv = readFileSync(await (await download).path(), "utf8");
    assert.match(csv, /^\ufeffvalue,count,before,\d{4}-\d\d-\d\d/);
    assert.match(csv, /Damaged on arrival,\d+,0/);
    await desk.page.getByRole("link", { name: "Damaged on arrival" }).first().click();
    await desk.shows("Delivery problems: Damaged on arrival");
    await desk.page.getByRole("link", { name: "Bruno" }).waitFor();
    assert.deepEqual(desk.troubles, []);
  });

  test("shows the signals, and says which inputs are missing", async () => {
    await desk.page.getByRole("link", { name: "Signals" }).click();
    await desk.page.getByRole("heading", { name: "Dissatisfaction detected" }).waitFor();
    await desk.shows("Not enough data yet");
    await desk.page.locator(".chart canvas").first().waitFor();
    await desk.stands("signals");
    const file = async (link) => {
      const download = desk.page.waitForEvent("download");
      await link.click();
      return readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
    };
    const all = await file(desk.button("Export CSV"));
    assert.match(all[0], /^module,figure,count,share,before,\d{4}-\d\d-\d\d/);
    assert.ok(all.some((line) => line.startsWith("Dissatisfaction detected,")), all.join("\n"));
    const one = await file(desk.page.getByRole("link", { name: "CSV of Dissatisfaction detected" }));
    assert.deepEqual(new Set(one.slice(1).map((line) => line.split(",")[0])), new Set(["Dissatisfaction detected"]));
    assert.deepEqual(desk.troubles, []);
  });

  test("makes a key, shows it once, and revokes it", async () => {
    await desk.page.getByRole("link", { name: "Keys and embedding" }).click();
    await desk.page.getByText("Make a key").click();
    await desk.page.getByLabel("Name").fill("Reports");
    await desk.page.getByLabel(/^Secret: for servers/).check();
    await desk.button("Make").click();
    await desk.shows("Has nothing ticked: tick what the secret key may do.");
    assert.equal(await desk.page.getByLabel("Name").inputValue(), "Reports");
    assert.ok(await desk.page.getByLabel(/^Secret: for servers/).isChecked());
    await desk.page.getByLabel(/reports:read/).check();
    await desk.button("Make").click();
    await desk.shows("It is shown this once.");
    const key = await desk.page.locator("#fresh").textContent();
    const able = space.team.as(key);
    assert.equal((await able.send("GET", "/v1/overview")).status, 200);
    assert.equal((await able.send("GET", "/v1/customers")).status, 403);
    await desk.stands("keys");
    await desk.page.getByRole("link", { name: "Keys and embedding" }).click();
    assert.ok(!(await desk.page.content()).includes(key));
    const row = desk.page.getByRole("row").filter({ hasText: "Reports" });
    await row.getByText("Change").click();
    await row.getByRole("button", { name: "Revoke" }).click();
    await desk.shows("The key is revoked");
    assert.equal((await able.send("GET", "/v1/overview")).status, 401);
  });

  test("gives the tag for a site whole, with the site key, whenever one looks", async () => {
    await desk.go("/app/developers/keys");
    const tag = await desk.page.locator("#tag").textContent();
    assert.equal(tag, `<script async src="${desk.url}/askwell.js" data-key="${space.siteKey}"></script>`);
    assert.equal(await desk.page.locator("[data-copy=tag]").count(), 1);
    assert.ok(!(await desk.page.content()).includes(space.secretKey), "no secret key stands there");
  });

  test("leads from feedback to the conversations that were given it in those days, on that channel", async () => {
    const today = new Date().toISOString().slice(0, 10);
    const rows = async (channel, days) => {
      await desk.go(`/app/metrics/signals?channel=${channel}${days}`);
      const count = await desk.page.getByRole("row").filter({ has: desk.page.getByRole("rowheader", { name: "Good", exact: true }) }).first().getByRole("cell").first().textContent();
      await desk.page.getByRole("link", { name: "Good", exact: true }).click();
      await desk.page.waitForURL(/feedback=good/);
      return [Number(count), Math.max(0, (await desk.page.getByRole("row").count()) - 1)];
    };
    const [counted, listed] = await rows("", "");
    assert.ok(counted > 0);
    assert.equal(listed, counted);
    await desk.shows(`Feedback until: ${today}`);
    const [{ platform }] = (await space.team.expect(200, "POST", "/v1/conversations/search", { body: { feedback: "good" } })).items;
    assert.deepEqual(await rows(platform, ""), [counted, counted]);
    const other = platform === "line" ? "email" : "line";
    assert.equal((await space.team.expect(200, "POST", "/v1/conversations/search", { body: { feedback: "good", platform: other } })).items.length, 0);
    const before = { feedback: "good", feedback_until: Date.parse(today) };
    assert.equal((await space.team.expect(200, "POST", "/v1/conversations/search", { body: before })).items.length, 0);
    await space.team.expect(422, "POST", "/v1/conversations/search", { body: { feedback_until: Date.parse(today) } });
  });

  test("shows the days of the export, and the receipts of erasures", async () => {
    await desk.page.getByRole("link", { name: "Daily export" }).click();
    await desk.shows("open");
    await desk.stands("exports");
    await desk.page.getByRole("link", { name: "Erasures" }).click();
    await desk.shows("Nobody was removed");
    const [customer] = (await space.team.customers("bruno@example.com")).items;
    const receipt = await space.team.expect(200, "DELETE", `/v1/customers/${customer.customer_id}`);
    await desk.page.reload();
    await desk.shows(receipt.erasure.erasure_id);
    await desk.stands("erasures");
  });

  test("shows hostile words as words", async () => {
    const id = await talk([`${HOSTILE} my name is Eve`]);
    const path = `/v1/conversations/${id}`;
    await space.team.expect(200, "POST", `${path}/tags`, { body: { add: [HOSTILE.slice(0, 50)], remove: [] } });
    await space.team.expect(201, "POST", `${path}/notes`, { body: { text: HOSTILE } });
    desk.troubles.length = 0;
    await desk.go(`/app/conversations/${id}`);
    await desk.page.locator(".talk").getByText(HOSTILE).waitFor();
    await desk.go(`/app/conversations?tag=${encodeURIComponent(HOSTILE)}`);
    await desk.shows("No conversation fits");
    await desk.go(`/app/metrics/data-collection?field=${encodeURIComponent(HOSTILE)}`);
    assert.equal(await desk.page.locator("main script, main img").count(), 0);
    assert.deepEqual(desk.troubles.filter((line) => !line.includes("404")), []);
  });

  test("needs little for the first paint of each page", async () => {
    const paths = ["/app/conversations", "/app/metrics/data-collection", "/app/metrics/signals", "/app/developers/exports"];
    await desk.paintsLightly(...paths);
  });
});
