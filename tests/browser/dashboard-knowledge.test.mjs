// The dashboard's knowledge base, by what is seen of it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk, member } from "../support/dashboard.mjs";
import { FAQ, ask } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const HOSTILE = `</textarea><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

describe("the dashboard's knowledge base", () => {
  let worker, browser, space, desk, viewer;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    const [agent, looks] = await Promise.all(["agent", "viewer"].map((role) => member(space, role)));
    desk = await Desk.signedIn(browser, worker, agent.sign_in_key);
    viewer = await Desk.signedIn(browser, worker, looks.sign_in_key);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const preview = () => desk.page.locator("#preview");

  test("writes an article with a preview, as a draft and then published", async () => {
    await desk.page.getByRole("link", { name: "Knowledge base" }).click();
    await desk.shows("No articles yet");
    await desk.button("New article").click();
    await desk.page.getByLabel("Title").fill("Gift cards");
    await desk.page.getByLabel("Text, in Markdown").fill("## How long\n\nA gift card is good for **three years**.");
    await preview().locator("strong").getByText("three years").waitFor();
    await desk.button("Save as a draft").click();
    await desk.shows("Saved as a draft.");
    await desk.stands("article");
    const [article] = (await space.team.get("/v1/articles")).items;
    assert.deepEqual([article.title, article.state], ["Gift cards", "draft"]);
    // With the keyboard alone.
    await desk.page.getByLabel("Text, in Markdown").press("End");
    await desk.page.getByRole("button", { name: "Save and publish" }).focus();
    await desk.page.keyboard.press("Enter");
    await desk.shows("Published: visitors are answered from it.");
    const talk = await visit(space);
    assert.match((await ask(talk, "How long is a gift card good for?")).text, /three years/);
  });

  test("keeps versions, brings an older one back, and refuses what would overwrite a newer one", async () => {
    const [{ article_id: id }] = (await space.team.get("/v1/articles")).items;
    await desk.go(`/app/knowledge/${id}`);
    await desk.page.getByLabel("Text, in Markdown").fill("Gift cards are good for ten years.");
    await desk.button("Save as a draft").click();
    await desk.shows("changes not published");
    const late = await desk.send("/app/knowledge/save", { article_id: id, version: "1", title: "Gift cards", body: "x", then: "draft" });
    assert.equal(late.status(), 412);
    const answered = await late.text();
    assert.match(answered, /theirs stays among the versions/);
    assert.match(answered, />x<\/textarea>/, "what was written stands in the editor");
    await desk.page.getByRole("link", { name: "Version 1" }).click();
    await preview().getByText("three years").waitFor();
    await desk.button("Save and publish").click();
    await desk.shows("Published: visitors are answered from it.");
    assert.match((await space.team.get(`/v1/articles/${id}`)).body, /three years/);
    await desk.button("Take back").click();
    await desk.shows("Taken back: it is a draft again.");
    // A colleague writes on while the page is open.
    await space.team.expect(200, "PUT", `/v1/articles/${id}`, { body: { title: "Gift cards", body: "Not looked at by anybody else." } });
    await desk.page.getByRole("button", { name: /^Publish version/ }).click();
    await desk.shows("Nothing was changed: somebody else has written a newer version");
    await desk.stands("article-newer");
    assert.equal((await space.team.get(`/v1/articles/${id}`)).state, "draft");
  });

  test("imports files, and asks the articles as a visitor would", async () => {
    await desk.go("/app/knowledge");
    await desk.page.getByText("Import files").click();
    await desk.page.locator("input[name=files]").setInputFiles({ name: "faq.md", mimeType: "text/markdown", buffer: Buffer.from(FAQ) });
    await desk.page.getByLabel("Publish at once").check();
    await desk.button("Import").click();
    await desk.shows("3 new, 0 changed, 0 as before.");
    await desk.stands("knowledge");
    await desk.page.getByLabel("Ask the published articles").fill("How do returns work?");
    await desk.page.keyboard.press("Enter");
    await desk.shows("A visitor would be answered from the first.");
    await desk.page.getByRole("heading", { name: "Returns and refunds" }).waitFor();
    assert.ok(!desk.page.url().includes("returns"));
    await desk.stands("knowledge-search");
  });

  test("imports the saved pages of a site by its sitemap, each under its address", async () => {
    const site = "https://shop.example";
    const sitemap = `<urlset>${["help/lost-keys", "help/parking", "help/gone"].map((path) => `<url><loc>${site}/${path}</loc></url>`).join("")}</urlset>`;
    const file = (name, text) => ({ name, mimeType: "text/html", buffer: Buffer.from(text) });
    const pages = [
      file("lost-keys.html", "<main><h1>Lost keys</h1><p>Ask at the desk.</p></main>"),
      file("page 2.html", `<head><link rel="canonical" href="${site}/help/parking"></head><main><h1>Parking</h1><p>Behind the house.</p></main>`),
      file("private.html", "<main><h1>Private</h1><p>Not for everybody.</p></main>"),
    ];
    const load = async (files) => {
      await desk.go("/app/knowledge");
      await desk.page.getByText("Import files").click();
      await desk.page.locator("input[name=files]").setInputFiles(files);
      await desk.page.locator("input[name=sitemap]").setInputFiles({ name: "sitemap.xml", mimeType: "text/xml", buffer: Buffer.from(sitemap) });
      await desk.button("Import").click();
    };
    await load(pages);
    await desk.shows("2 new, 0 changed, 0 as before.");
    await desk.shows("Left out, as without text or not of the site: private.html.");
    await desk.shows(`Listed, and no file of it came: ${site}/help/gone.`);
    const sources = (await space.team.all("/v1/articles")).map(({ source }) => source).filter((source) => source?.startsWith(site));
    assert.deepEqual(sources.sort(), [`${site}/help/lost-keys`, `${site}/help/parking`]);
    await load([file("shop.example/help/lost-keys/index.html", "<main><h1>Lost keys</h1><p>Ask at the door.</p></main>")]);
    await desk.shows("0 new, 1 changed, 0 as before.");
  });

  test("shows what no article answered, and makes a draft of it by one click", async () => {
    const talk = await visit(space);
    await ask(talk, "Do you repair old accordions?");
    await until("the gap is noted", async () => (await space.team.get("/v1/gaps")).length > 0);
    await desk.go("/app/knowledge");
    await desk.page.getByRole("link", { name: /^Gaps/ }).click();
    await desk.page.getByRole("heading", { name: /accordions/ }).waitFor();
    await desk.stands("gaps");
    await desk.button("Make a draft").click();
    await desk.shows("A draft with what visitors asked.");
    assert.match(await desk.page.getByLabel("Text, in Markdown").inputValue(), /accordions/);
    await desk.page.getByText("Remove").first().click();
    await desk.button("Remove this article").click();
    await desk.shows("The article is removed");
  });

  test("shows hostile words as words, in the preview too", async () => {
    desk.troubles.length = 0;
    await desk.go("/app/knowledge/new");
    await desk.page.getByLabel("Title").fill(HOSTILE);
    await desk.page.getByLabel("Text, in Markdown").fill(`${HOSTILE}\n\n[a](javascript:alert(1)) ![b](x) after`);
    await preview().getByText("after").waitFor();
    await desk.button("Save as a draft").click();
    await desk.page.getByRole("heading", { name: HOSTILE, level: 1 }).waitFor();
    assert.equal(await desk.page.locator("main script, main img, main a[href^=javascript]").count(), 0);
    await desk.go("/app/knowledge");
    await desk.page.getByRole("link", { name: HOSTILE }).waitFor();
    assert.deepEqual(desk.troubles, []);
  });

  test("works without scripts, and lets a viewer read alone", async () => {
    const [{ article_id: id }] = (await space.team.get("/v1/articles?state=published")).items;
    await viewer.go(`/app/knowledge/${id}`);
    assert.equal(await viewer.page.locator("textarea").count(), 0);
    assert.equal(await viewer.go("/app/knowledge/new"), 403);
    assert.equal((await viewer.send("/app/knowledge/save", { title: "x", body: "x" })).status(), 403);
    assert.equal((await viewer.send(`/app/knowledge/${id}/remove`, {})).status(), 403);
    const cookies = await desk.page.context().storageState();
    const plain = await Desk.open(browser, worker, { javaScriptEnabled: false, storageState: cookies });
    await plain.go("/app/knowledge/new");
    await plain.page.getByLabel("Title").fill("Plain");
    await plain.page.getByLabel("Text, in Markdown").fill("It is *plain*.");
    await plain.button("Preview").click();
    await plain.page.locator("#preview em").getByText("plain").waitFor();
    await plain.button("Save as a draft").click();
    await plain.shows("Saved as a draft.");
    await plain.page.context().close();
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly("/app/knowledge", "/app/knowledge/new", "/app/knowledge/gaps");
  });
});
