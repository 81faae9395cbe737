// The dashboard's pages for those who look after the workspace, by what is seen.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { held } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";

describe("the dashboard's settings", () => {
  let worker, browser, space, desk, customer;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    await held(space, ["Hi, my name is Bruno and my email is bruno@example.com"]);
    customer = (await space.team.customers("bruno@example.com")).items[0];
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const row = (name) => desk.page.getByRole("row").filter({ hasText: name });

  test("names the sites, and says whether the chat has been seen there", async () => {
    await desk.page.getByRole("link", { name: "Workspace" }).click();
    await desk.page.getByRole("textbox", { name: "Name" }).fill("Fern & Daughters");
    await desk.page.getByLabel("one origin a line").fill("https://shop.example\nnonsense");
    await desk.button("Save").click();
    await desk.shows("something else than a site in its entry 2");
    assert.equal(await desk.page.getByLabel("one origin a line").inputValue(), "https://shop.example\nnonsense");
    assert.equal(await desk.page.getByRole("textbox", { name: "Name" }).inputValue(), "Fern & Daughters");
    await desk.stands("workspace-refused");
    await desk.page.getByRole("textbox", { name: "Name" }).fill("Fern & Co");
    await desk.page.getByLabel("one origin a line").fill("https://shop.example");
    await desk.button("Save").click();
    await desk.shows("Saved.");
    await desk.shows("Never seen");
    await desk.stands("workspace");
    const opened = await fetch(`${worker.url}/v1/conversations`, {
      method: "POST",
      headers: { authorization: `Bearer ${space.siteKey}`, origin: "https://shop.example", "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(opened.status, 201);
    await desk.go("/app/settings/workspace");
    await desk.shows("Works");
  });

  test("adds somebody, changes their role, and removes them", async () => {
    await desk.page.getByRole("link", { name: "Team" }).click();
    await desk.shows("Nobody yet");
    await desk.page.getByRole("textbox", { name: "Name" }).fill("Mira");
    await desk.page.getByRole("textbox", { name: "E-mail" }).fill("mira@example.com");
    await desk.page.getByLabel("Role").selectOption("viewer");
    await desk.button("Add").click();
    const key = await desk.page.locator("#new-key").textContent();
    const theirs = await Desk.signedIn(browser, worker, key);
    await theirs.shows("Mira (viewer)");
    // A viewer is not offered what a viewer may not do, and is refused it.
    assert.equal(await theirs.page.getByRole("link", { name: "Team" }).count(), 0);
    assert.equal(await theirs.go("/app/settings/team"), 403);
    assert.equal((await theirs.send("/app/settings/team/add", { name: "x", email: "x@example.com", role: "admin" })).status(), 403);

    await desk.page.getByRole("link", { name: "To the team" }).click();
    await row("Mira").waitFor();
    await desk.stands("team");
    // Who is of the team already is not added again, and nothing has to be typed again.
    await desk.page.getByLabel("Name", { exact: true }).last().fill("Mira the second");
    await desk.page.getByLabel("E-mail").fill("mira@example.com");
    await desk.page.getByLabel("Role").last().selectOption("admin");
    await desk.button("Add").click();
    await desk.shows("Is that of somebody of the team already");
    assert.equal(await desk.page.getByLabel("Name", { exact: true }).last().inputValue(), "Mira the second");
    assert.equal(await desk.page.getByLabel("E-mail").inputValue(), "mira@example.com");
    assert.equal(await desk.page.getByLabel("Role").last().inputValue(), "admin");
    await desk.stands("team-refused");
    await row("Mira").getByText("Change").click();
    await row("Mira").getByLabel("Role").selectOption("admin");
    await row("Mira").getByRole("button", { name: "Save" }).click();
    await desk.shows("Mira is an admin now.");
    assert.equal(await theirs.go("/app/settings/team"), 200);
    await row("Mira").getByText("Change").click();
    await row("Mira").getByRole("button", { name: "Remove" }).click();
    await desk.shows("no longer of the team");
    await theirs.go("/app/customers");
    assert.match(theirs.page.url(), /sign-in/);
    await theirs.page.context().close();
  });

  test("shows who has looked at whom, and forgets whom with them", async () => {
    await desk.go(`/app/customers/${customer.customer_id}`);
    await desk.page.getByRole("link", { name: "Access log" }).click();
    await row("Bruno").filter({ hasText: "Server" }).first().waitFor();
    await desk.stands("access-log");
    await space.team.expect(200, "DELETE", `/v1/customers/${customer.customer_id}`);
    await desk.go("/app/privacy/access");
    await desk.shows("Nobody has looked yet");
    assert.deepEqual(desk.troubles.filter((text) => !/40[0-9]/.test(text)), []);
  });
});
