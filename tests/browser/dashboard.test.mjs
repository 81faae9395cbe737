// The dashboard in a browser: signing in, roles, and the pages of customers, by what is seen of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { BUDGET, Desk, member } from "../support/dashboard.mjs";
import { byRsa, Issuer, token } from "../support/issuer.mjs";
import { held } from "../support/talk.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

/** What a page must show as it stands, wherever it comes from. */
const HOSTILE = [
  `<script>document.title="owned"</script>`,
  `"><img src=x onerror=alert(1)>`,
  `'><svg/onload=alert(1)>`,
  `</textarea><script>alert(1)</script>`,
  `javascript:alert(1)//`,
  `\${alert(1)}{{7*7}}`,
  `" onmouseover="alert(1)" x="`,
  `<a href="javascript:alert(1)" hx-get="/app/sign-out" hx-trigger="load">x</a>`,
  `</title><script>alert(1)</script>`,
  `<!--<script>alert(1)//-->`,
];

describe("the dashboard", () => {
  let worker, browser, space, desk, members;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co" });
    members = {};
    for (const role of ["agent", "viewer"]) members[role] = await member(space, role);
    await talk("Astrid", "astrid@example.com", ["Hello, I'm Astrid. Could you email me your brochure?", "astrid@example.com"]);
    await talk("Bruno", "bruno@example.com", ["Hi, my name is Bruno and my email is bruno@example.com", "It arrived broken. This is terrible!"]);
    await talk(undefined, undefined, ["Hello?"]);
    desk = await Desk.signedIn(browser, worker, space.secretKey);
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  async function talk(name, email, lines) {
    await held(space, lines);
    if (!email) return undefined;
    return until(`${name} is known`, async () => (await space.team.customers(email)).items[0]);
  }

  const row = (name) => desk.page.getByRole("row").filter({ hasText: name });

  test("lets in whoever has a key, and nobody else", async () => {
    const other = await Desk.open(browser, worker);
    await other.go("/app/customers?missing=email");
    assert.match(other.page.url(), /sign-in\?to=/);
    await other.stands("sign-in");
    await other.page.getByLabel("Sign-in key").fill("sk_nothing_0123");
    await other.button("Sign in").click();
    await other.shows("This key opens nothing");
    await other.page.getByLabel("Sign-in key").fill(members.agent.sign_in_key);
    await other.button("Sign in").click();
    await other.page.waitForURL(/customers\?missing=email/);
    await other.shows("The agent (agent)");
    const [cookie] = (await other.page.context().cookies()).filter(({ name }) => name === "__Host-askwell");
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.path], [true, true, "/"]);
    // The link that `cargo xtask dev` prints, opened once more: the key does not stay in the address.
    await other.go("/app/sign-in#mk_demo_0123");
    await other.page.waitForURL(/customers/);
    assert.doesNotMatch(other.page.url(), /mk_demo/);
    await other.button("Sign out").click();
    await other.page.waitForURL(/sign-in/);
    await other.go("/app/customers");
    assert.match(other.page.url(), /sign-in/);
    await other.page.context().close();
  });

  test("asks whoever comes by Cloudflare Access for the workspace alone", async () => {
    const issuer = await Issuer.start();
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: "https://id.example", aud: "askwell", email: "viewer@example.com", email_verified: true, iat: now, exp: now + 600 };
    const jwt = token({ alg: "RS256", kid: "r-1" }, claims, byRsa(issuer.rsa.privateKey));
    const body = { issuer: { issuer: claims.iss, audience: claims.aud, jwks_url: issuer.url } };
    await space.team.expect(200, "PUT", "/v1/settings/sign-in", { body });
    const other = await Desk.open(browser, worker, { extraHTTPHeaders: { "cf-access-jwt-assertion": jwt } });
    await other.go("/app/customers");
    await other.page.getByLabel("Workspace").fill("no-such-shop");
    await other.page.keyboard.press("Enter");
    await other.shows("This workspace does not let you in so");
    await other.stands("sign-in-access");
    assert.equal(await other.page.getByLabel("Workspace").inputValue(), "no-such-shop");
    await other.page.getByLabel("Workspace").fill(space.id);
    await other.button("Continue with your organisation").click();
    await other.page.waitForURL(/customers$/);
    await other.shows("The viewer (viewer)");
    await other.page.context().close();
    await issuer.stop();
  });

  test("fills the key in from behind the # of a link", async () => {
    const other = await Desk.open(browser, worker);
    await other.go(`/app/sign-in#${space.secretKey}`);
    await until("the key is there", async () =>
      (await other.page.getByLabel("Sign-in key").inputValue()) === space.secretKey);
    assert.ok(!other.page.url().includes("#"));
    await other.button("Sign in").click();
    await other.shows("Server (key)");
    await other.page.context().close();
  });

  test("lists customers, and finds them while somebody types", async () => {
    await desk.go("/app/customers");
    await desk.stands("customers");
    assert.equal(await desk.page.getByRole("row").count(), 4);
    await desk.page.getByLabel("Search").pressSequentially("astr");
    await until("one is left", async () => (await desk.page.getByRole("row").count()) === 2);
    assert.ok(await row("Astrid").isVisible());
    await desk.page.getByLabel("Search").fill("nobody of this name");
    await desk.shows("No customer fits");
    await desk.shows("Words: nobody of this name");
    assert.ok(!desk.page.url().includes("nobody"), "what is looked for stays out of the address");
    await desk.go("/app/customers");
    await desk.page.getByRole("link", { name: /^No e-mail/ }).click();
    await desk.shows("Without e-mail");
    assert.equal(await desk.page.getByRole("row").count(), 2);
    await desk.stands("customers-filtered");
  });

  test("tags many, saves a view, and exports what is filtered", async () => {
    await desk.go("/app/customers");
    for (const name of ["Astrid", "Bruno"]) await row(name).getByRole("checkbox").check();
    await desk.page.getByLabel("Tag for the ticked customers").fill("vip");
    await desk.button("Add to ticked").click();
    await desk.shows("2 customers tagged “vip”.");
    await row("Astrid").getByRole("link", { name: "vip" }).click();
    await desk.shows("Tag: vip");
    await desk.page.getByLabel("Name of the view").fill("Important");
    await desk.button("Save view").click();
    await desk.shows("View “Important” saved");
    await desk.go("/app/customers");
    await desk.page.getByRole("link", { name: "Important" }).click();
    await until("the view is shown", async () => (await desk.page.getByRole("row").count()) === 3);
    const exported = async () => {
      const download = desk.page.waitForEvent("download");
      await desk.button("Export CSV").click();
      return readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
    };
    const csv = await exported();
    assert.equal(csv.length, 3);
    assert.ok(csv.some((line) => line.includes("astrid@example.com")));
    await desk.go("/app/customers");
    await desk.page.getByRole("searchbox").fill("astr");
    await until("one is found", async () => (await desk.page.getByRole("row").count()) === 2);
    assert.equal((await exported()).length, 2, "what was found while somebody typed, and no more");
    // A tag that is refused keeps what was ticked, and what was found.
    await row("Astrid").getByRole("checkbox").check();
    const put = desk.page.getByLabel("Tag for the ticked customers");
    await put.evaluate((input) => input.removeAttribute("maxlength"));
    await put.fill("long ".repeat(13));
    await desk.button("Add to ticked").click();
    await desk.shows("Must have tags of 1 to 60 characters on one line.");
    assert.ok(await row("Astrid").getByRole("checkbox").isChecked());
    assert.equal(await put.inputValue(), "long ".repeat(13));
    await desk.stands("customers-tag-refused");
    // Whoever tags what words have found is shown the same again.
    await put.fill("found");
    await desk.button("Add to ticked").click();
    await desk.shows("1 customer tagged “found”.");
    assert.equal(await desk.page.getByRole("searchbox").inputValue(), "astr");
    assert.equal(await desk.page.getByRole("row").count(), 2);
  });

  test("has what is filtered in its address, to come back to, and no words", async () => {
    await desk.go("/app/customers");
    await desk.page.getByText("Filters", { exact: true }).click();
    await desk.page.locator("#filters select[name=tag]").selectOption("vip");
    await desk.page.waitForURL(/\?tag=vip$/);
    await until("two are left", async () => (await desk.page.getByRole("row").count()) === 3);
    await desk.page.getByRole("searchbox").fill("astr");
    await until("one is left", async () => (await desk.page.getByRole("row").count()) === 2);
    assert.match(desk.page.url(), /\?tag=vip$/);
    // A tag that was put on takes no filter away.
    await desk.page.getByRole("searchbox").fill("");
    await until("two are left", async () => (await desk.page.getByRole("row").count()) === 3);
    await row("Astrid").getByRole("checkbox").check();
    await desk.page.getByLabel("Tag for the ticked customers").fill("seen");
    await desk.button("Add to ticked").click();
    await desk.shows("1 customer tagged “seen”.");
    assert.match(desk.page.url(), /\?tag=vip$/);
    await desk.page.goBack();
    await desk.page.goBack();
    await desk.page.waitForURL(/\/app\/customers$/);
    await until("all are there", async () => (await desk.page.getByRole("row").count()) > 3);
  });

  test("comes back to what was searched for by words", async () => {
    await desk.go("/app/customers");
    await desk.page.getByRole("searchbox").fill("astr");
    await until("one is found", async () => (await desk.page.getByRole("row").count()) === 2);
    await row("Astrid").getByRole("link", { name: "Astrid" }).click();
    await desk.page.getByRole("heading", { name: "Astrid" }).waitFor();
    await desk.page.goBack();
    await until("one is found again", async () => (await desk.page.getByRole("row").count()) === 2);
    assert.equal(await desk.page.getByRole("searchbox").inputValue(), "astr");
    assert.doesNotMatch(desk.page.url(), /astr/);
  });

  test("takes nothing away that another tab, or the visitor, gave meanwhile", async () => {
    const { customer_id: id } = (await space.team.customers("bruno@example.com")).items[0];
    const tabs = await Promise.all([0, 1].map(async () => {
      const tab = await Desk.signedIn(browser, worker, space.secretKey);
      await tab.go(`/app/customers/${id}`);
      await tab.page.getByText("Edit", { exact: true }).click();
      return tab;
    }));
    const [first, second] = tabs;
    const field = (tab, name) => tab.page.locator(`input[name=${name}]`);
    const profile = async () => (await space.team.customers("bruno@example.com")).items[0];
    await field(first, "phone").fill("+12025550199");
    await first.button("Save").click();
    await first.shows("Saved.");
    await field(second, "name").fill("Bruno Fern");
    await second.button("Save").click();
    await second.shows("Saved.");
    assert.deepEqual([(await profile()).name, (await profile()).phone], ["Bruno Fern", "+12025550199"]);
    // What both have changed is asked about once, and the words stay.
    await first.page.getByText("Edit", { exact: true }).click();
    await field(first, "name").fill("Bruno B.");
    await first.button("Save").click();
    await first.shows("Has been given another value since you opened the page");
    assert.equal(await field(first, "name").inputValue(), "Bruno B.");
    await first.stands("customer-overtaken");
    await field(first, "name").fill("Bruno");
    await first.button("Save").click();
    await first.shows("Saved.");
    assert.equal((await profile()).name, "Bruno");
    for (const tab of tabs) await tab.page.context().close();
  });

  test("leads to the sign-in where the session ends while somebody looks for something", async () => {
    const other = await Desk.open(browser, worker);
    await other.go("/app/customers");
    await other.page.getByLabel("Sign-in key").fill(members.agent.sign_in_key);
    await other.button("Sign in").click();
    await other.shows("The agent (agent)");
    await other.page.context().clearCookies();
    await other.page.getByRole("searchbox").fill("astr");
    await other.page.waitForURL(/sign-in/);
    await other.page.context().close();
  });

  test("works without scripts", async () => {
    const plain = await Desk.open(browser, worker, { javaScriptEnabled: false });
    await plain.go("/app");
    await plain.page.getByLabel("Sign-in key").fill(space.secretKey);
    await plain.button("Sign in").click();
    await plain.page.getByLabel("Search").fill("bruno");
    await plain.button("Search").click();
    await plain.page.getByRole("link", { name: "Bruno", exact: true }).click();
    await plain.page.getByRole("heading", { name: "Bruno" }).waitFor();
    await plain.page.context().close();
  });

  test("shows one customer with the source of every value, and takes tags and notes", async () => {
    await desk.go("/app/customers");
    await row("Bruno").getByRole("link", { name: "Bruno" }).click();
    await desk.page.getByText("Where it is from").first().click();
    await desk.shows("a conversation");
    await desk.page.getByLabel("New tag").fill("loyal");
    await desk.button("Add").first().click();
    await desk.shows("Tag added.");
    await desk.page.getByLabel("New note").fill("Prefers the morning.");
    await desk.button("Add note").click();
    await desk.shows("Prefers the morning.");
    await desk.stands("customer");
    // As many characters as the field takes are taken in any writing; what is refused all the same is not lost.
    const long = "午前".repeat(4000);
    await desk.page.getByLabel("New note").fill(long);
    await desk.button("Add note").click();
    await desk.shows(long);
    const longer = `${long}後`;
    await desk.page.getByLabel("New note").evaluate((area) => area.removeAttribute("maxlength"));
    await desk.page.getByLabel("New note").fill(longer);
    await desk.button("Add note").click();
    await desk.shows("Must have 1 to 8,000 characters.");
    assert.equal(await desk.page.getByLabel("New note").inputValue(), longer);
    // A mistake in one field costs none of the others, and the form stays open.
    await desk.page.getByText("Edit", { exact: true }).click();
    await desk.page.getByLabel("Name", { exact: true }).fill("Bruno the First");
    await desk.page.getByLabel("E-mail", { exact: true }).fill("bruno at example");
    await desk.button("Save").click();
    await desk.shows("Must be an e-mail address.");
    assert.equal(await desk.page.getByLabel("Name", { exact: true }).inputValue(), "Bruno the First");
    assert.equal(await desk.page.getByLabel("E-mail", { exact: true }).inputValue(), "bruno at example");
    await desk.stands("customer-refused");
    await desk.page.getByLabel("E-mail", { exact: true }).fill("astrid@example.com");
    await desk.button("Save").click();
    await desk.shows("Is another customer's; merge the two profiles instead.");
  });

  test("merges two profiles and undoes it", async () => {
    await desk.go("/app/customers");
    await row("Bruno").getByRole("link", { name: "Bruno" }).click();
    await desk.page.getByText("Merge another profile").click();
    await desk.page.getByLabel("E-mail address or id of the other").fill("astrid@example.com");
    await desk.button("Merge").click();
    await desk.shows("Merged with");
    await desk.button("Undo").click();
    await desk.shows("The merge is undone.");
  });

  test("keeps what a role may not do out of sight, and refuses it", async () => {
    const viewer = await Desk.signedIn(browser, worker, members.viewer.sign_in_key);
    await viewer.page.getByRole("link", { name: "Bruno" }).waitFor();
    assert.equal(await viewer.page.getByRole("button", { name: "Export CSV" }).count(), 0);
    assert.equal((await viewer.send("/app/customers.csv", {})).status(), 403);
    await viewer.page.getByRole("link", { name: "Bruno" }).click();
    assert.equal(await viewer.page.getByLabel("New tag").count(), 0);
    assert.equal(await viewer.page.getByRole("button", { name: "Export this person" }).count(), 0);
    assert.equal(await viewer.page.getByRole("button", { name: "Delete…" }).count(), 0);
    const path = new URL(viewer.page.url()).pathname;
    for (const [action, form] of [["tag", { add: "x" }], ["note", { text: "x" }], ["export", {}], ["delete", { confirm: "x" }]]) {
      const answer = await viewer.send(`${path}/${action}`, form);
      assert.equal(answer.status(), 403, action);
    }
    assert.equal(await viewer.go(`${path}/delete`), 403);
    await viewer.shows("Your role does not allow this");
    await viewer.stands("not-allowed");
    const foreign = await viewer.page.request.post(`${viewer.url}/app/sign-out`, {
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    });
    assert.equal(foreign.status(), 403);
    await viewer.page.context().close();
  });

  test("switches between workspaces", async () => {
    const other = await workspace(worker, { name: "The other shop" });
    const two = await Desk.signedIn(browser, worker, space.secretKey);
    await two.page.getByLabel("Workspace").selectOption("");
    await two.page.getByLabel("Sign-in key").fill(other.secretKey);
    await two.button("Sign in").click();
    await two.page.getByRole("link", { name: "The other shop" }).waitFor();
    await two.shows("No customers yet");
    await two.stands("customers-empty");
    await two.page.getByLabel("Workspace").selectOption(space.id);
    await two.page.getByRole("link", { name: "Fern & Co" }).waitFor();
    await two.page.context().close();
  });

  test("shows what is hostile as what it is", async () => {
    for (const [n, text] of HOSTILE.entries()) {
      const email = `hostile${n}@example.com`;
      const customer = await talk(`hostile ${n}`, email, [`${text} my email is ${email}`]);
      const path = `/v1/customers/${customer.customer_id}`;
      await space.team.expect(200, "PATCH", path, { body: { name: text } });
      await space.team.expect(200, "POST", `${path}/tags`, { body: { add: [text.slice(0, 50)], remove: [] } });
      await space.team.expect(201, "POST", `${path}/notes`, { body: { text } });
      desk.troubles.length = 0;
      await desk.go(`/app/customers/${customer.customer_id}`);
      assert.equal((await desk.page.getByRole("heading", { level: 1 }).textContent()).trim(), text.trim());
      assert.equal(await desk.page.title(), `${text.trim()} · Fern & Co`);
      assert.deepEqual(desk.troubles, []);
      await desk.go(`/app/customers?tag=${encodeURIComponent(text.slice(0, 50))}&platform=&from=&until=`);
      await desk.go(`/app/nothing/${encodeURIComponent(text)}?${encodeURIComponent(text)}=${encodeURIComponent(text)}`);
      assert.deepEqual(desk.troubles.filter((line) => !line.includes("404")), []);
    }
    await desk.go("/app/customers");
    assert.equal(await desk.page.evaluate(() => document.querySelectorAll("main script, main img, main svg:not(.platform > svg)").length), 0);
    assert.deepEqual(desk.troubles.filter((line) => !line.includes("404")), []);
  });

  test("deletes a person after a typed confirmation", async () => {
    await desk.go("/app/customers");
    await row("Astrid").getByRole("link", { name: "Astrid" }).click();
    await desk.button("Delete…").click();
    await desk.shows("This cannot be undone.");
    await desk.stands("delete");
    const sure = desk.button("Delete for good");
    await until("the button is locked", () => sure.isDisabled());
    await desk.page.getByLabel(/^Type/).fill("astrid@example.com");
    await sure.click();
    await desk.shows("Deleted for good");
    assert.equal((await space.team.customers("astrid@example.com")).items.length, 0);
  });

  test("can be used with the keyboard alone", async () => {
    await desk.go("/app/customers");
    await desk.page.keyboard.press("Tab");
    await desk.page.keyboard.press("Enter");
    assert.equal(await desk.page.evaluate(() => document.activeElement.id), "main");
    for (let n = 0; n < 60; n += 1) {
      await desk.page.keyboard.press("Tab");
      const name = await desk.page.evaluate(() => document.activeElement.textContent.trim());
      if (name === "Bruno") break;
    }
    await desk.page.keyboard.press("Enter");
    await desk.page.getByRole("heading", { name: "Bruno", level: 1 }).waitFor();
  });

  test("needs little for its first paint, under a strict policy", async () => {
    const { page } = desk;
    for (const path of ["/app/sign-in?more=1", "/app/customers"]) {
      const sizes = new Map();
      const count = async (answer) => {
        const body = await answer.body().catch(() => Buffer.alloc(0));
        sizes.set(answer.url(), gzipSync(body).length);
      };
      page.on("response", count);
      const answer = await page.goto(desk.url + path, { waitUntil: "networkidle" });
      page.off("response", count);
      const policy = answer.headers()["content-security-policy"];
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe/);
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      assert.ok(total > 10_000 && total <= BUDGET, `${path} needs ${total} bytes`);
    }
  });
});
