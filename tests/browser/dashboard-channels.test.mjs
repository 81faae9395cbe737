// The dashboard's channels, and writing to a customer first, by what is seen of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { Line, lineText, Mail } from "../support/platforms.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { held } from "../support/talk.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const HOSTILE = `"><script>alert(1)</script>`;
const PATH = "/app/settings/channels";

describe("the dashboard's channels", () => {
  let worker, browser, space, desk, mail;

  before(async () => {
    [worker, browser, mail] = await together(sharedWorker(), launch(), new Mail().start());
    space = await workspace(worker, { name: "Fern & Co" });
    desk = await Desk.asMember(browser, worker, space, "admin");
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await mail?.stop();
  });

  const field = (name) => desk.page.locator(`[name=${name}]`);
  const all = async () => (await space.team.get("/v1/channels")).items;

  test("connects LINE, and hands out the address that LINE is to call", async () => {
    const line = new Line();
    await desk.page.getByRole("link", { name: "Channels" }).click();
    await desk.shows("No channels connected");
    await desk.stands("channels-empty");
    await desk.button("Connect LINE").click();
    await field("name").fill("Fern & Co on LINE");
    await field("channel_secret").fill(`${line.secret}\u00e9`);
    await field("access_token").fill(line.token);
    await desk.button("Connect").click();
    await desk.page.locator("#channel_secret-wrong").getByText("Must be 1 to 2,000 visible ASCII characters.").waitFor();
    assert.equal(await field("channel_secret").getAttribute("aria-describedby"), "channel_secret-wrong channel_secret-about");
    assert.equal(await field("name").inputValue(), "Fern & Co on LINE", "what was typed stays");
    assert.equal(await field("access_token").inputValue(), "", "and what is secret does not");
    assert.ok(!(await desk.page.content()).includes(line.secret));
    await desk.stands("channel-new-wrong");
    assert.deepEqual(await all(), []);
    // What is pasted has space around it; with the keyboard alone.
    await field("channel_secret").fill(` ${line.secret} `);
    await field("access_token").fill(line.token);
    await desk.page.keyboard.press("Enter");
    await desk.shows("“Fern & Co on LINE” is connected.");
    await desk.shows("Nothing has come in yet.");
    const [channel] = await all();
    const address = await desk.page.locator("#paste").textContent();
    assert.equal(address, `${desk.url}${channel.webhook}`);
    await desk.stands("channel");

    // LINE calls what was pasted, with the secret that was put in.
    const { raw, headers } = line.webhook(lineText("U1", "m1", "Hello from LINE"));
    const called = await fetch(address.replace(desk.url, worker.url), { method: "POST", body: raw, headers });
    assert.equal(called.status, 200);
    await desk.page.reload();
    assert.equal(await desk.page.getByText("Nothing has come in yet.").count(), 0);
  });

  test("changes one, and says what is wrong beside the field", async () => {
    await desk.go(PATH);
    await desk.button("Connect E-mail").click();
    assert.equal(await field("send_url").inputValue(), "https://api.resend.com/emails");
    await field("name").fill(HOSTILE);
    await field("address").fill("Help@Fern.example");
    await field("send_url").fill("http://mail.example/emails");
    await field("send_key").fill(mail.key);
    await desk.button("Connect").click();
    await desk.page.locator("#send_url-wrong").waitFor();
    assert.equal(await field("name").inputValue(), HOSTILE);
    await field("send_url").fill(`${mail.url}/emails`);
    await field("send_key").fill(mail.key);
    await desk.button("Connect").click();
    await desk.page.getByRole("heading", { name: HOSTILE, level: 1 }).waitFor();
    assert.equal(await desk.page.locator("main script").count(), 0);
    const [, channel] = await all();
    assert.equal(channel.account, "help@fern.example");
    assert.equal(await desk.page.locator("#paste").textContent(), `${channel.inbox}@`);

    await desk.page.getByText("Change its name or secrets").click();
    await field("name").fill("Fern & Co");
    await field("send_url").fill(`${mail.url}/emails`);
    await field("send_key").fill("wrong key");
    await desk.button("Save").click();
    await desk.page.locator("#send_key-wrong").waitFor();
    assert.equal((await all())[1].name, HOSTILE, "nothing was saved");
    await field("send_key").fill(mail.key);
    await desk.button("Save").click();
    await desk.shows("Saved. It is connected in this way from now on.");
    assert.equal((await all())[1].name, "Fern & Co");
    await desk.go(PATH);
    await desk.page.getByRole("article", { name: "Fern & Co", exact: true }).getByText("help@").waitFor();
    await desk.stands("channels");
    // One address is connected once.
    await desk.button("Connect E-mail").click();
    await field("name").fill("Again");
    await field("address").fill("help@fern.example");
    await field("send_key").fill("key");
    await desk.button("Connect").click();
    await desk.page.locator("#address-wrong").getByText("connected already").waitFor();
  });

  test("writes to a customer first, over a channel that leads to them", async () => {
    await held(space, ["Hi, my name is Bruno and my email is bruno@example.com"]);
    const { customer_id: id } = await until("Bruno is known", async () => (await space.team.customers("bruno@example.com")).items[0]);
    await desk.go(`/app/customers/${id}`);
    await desk.button("New conversation").click();
    assert.deepEqual(await field("channel").locator("option").allTextContents(), ["E-mail: Fern & Co"], "he never wrote on LINE");
    await field("text").fill(HOSTILE);
    await desk.button("Send").click();
    await desk.page.locator("#subject-wrong").getByText("Say what the mail is about.").waitFor();
    assert.equal(await field("text").inputValue(), HOSTILE, "what was typed stays");
    assert.equal(await desk.page.locator("main script").count(), 0);
    await desk.stands("write");
    await field("subject").fill("Your lamp");
    await field("text").fill("It has left.\nThank you!");
    await desk.button("Send").click();
    await desk.shows("The conversation is queued until they answer.");
    await desk.shows("It has left.");
    const sent = await until("it is mailed", () => mail.sent[0]);
    assert.deepEqual([sent.to, sent.subject, sent.text], [["bruno@example.com"], "Your lamp", "It has left.\nThank you!"]);
    const [{ channel_id: channel }] = (await all()).filter(({ platform }) => platform === "email");
    await until("the page says so", async () => {
      await desk.go(`${PATH}/${channel}`);
      return desk.page.getByRole("cell", { name: "sent" }).count();
    });
    await desk.stands("channel-sent");

    const viewer = await Desk.asMember(browser, worker, space, "viewer", "Vera");
    await viewer.go(`/app/customers/${id}`);
    assert.equal(await viewer.button("New conversation").count(), 0);
    assert.equal(await viewer.go(`/app/customers/${id}/write`), 403);
    const form = { key: "k", channel, subject: "x", text: "x" };
    assert.equal((await viewer.send(`/app/customers/${id}/write`, form)).status(), 403);
    await viewer.page.context().close();
    assert.equal(mail.sent.length, 1);
  });

  test("disconnects one, and connects it again", async () => {
    const [{ channel_id: id }] = await all();
    await desk.go(`${PATH}/${id}`);
    await desk.page.locator("main details summary").getByText("Disconnect").click();
    await desk.button("Disconnect this channel").click();
    await desk.shows("is disconnected, and its secrets are forgotten.");
    await desk.page.getByText("Disconnected (1)").click();
    await desk.page.getByRole("link", { name: "Fern & Co on LINE" }).click();
    assert.equal(await desk.page.locator("#paste").count(), 0);
    await desk.page.getByText("Connect it again").click();
    await field("channel_secret").fill("another");
    await field("access_token").fill("another");
    await desk.button("Connect again").click();
    await desk.shows("It is connected in this way from now on.");
    assert.equal((await all())[0].state, "connected");
  });

  test("lets an agent look, and change nothing, and shows a viewer nothing", async () => {
    const [{ channel_id: id }] = await all();
    const forms = [
      [`${PATH}/new`, { kind: "phone", name: "x" }],
      [`${PATH}/${id}`, { name: "x", channel_secret: "x", access_token: "x" }],
      [`${PATH}/${id}/disconnect`, {}],
    ];
    for (const role of ["agent", "viewer"]) {
      const other = await Desk.asMember(browser, worker, space, role);
      const seen = role === "agent" ? 200 : 403;
      assert.equal(await other.go(PATH), seen, role);
      assert.equal(await other.page.locator("main form, main a[href*=kind]").count(), 0, role);
      assert.equal(await other.go(`${PATH}/${id}`), seen, role);
      assert.equal(await other.page.locator("main form").count(), 0, role);
      assert.equal(await other.go(`${PATH}/new?kind=line`), 403, role);
      for (const [path, form] of forms) assert.equal((await other.send(path, form)).status(), 403, `${role} ${path}`);
      await other.page.context().close();
    }
    assert.deepEqual((await all()).map(({ state }) => state), ["connected", "connected"]);
  });

  test("needs little for the first paint of each page", async () => {
    await desk.paintsLightly(PATH, `${PATH}/new?kind=facebook`);
    assert.deepEqual(desk.troubles.filter((text) => !/422/.test(text)), []);
  });
});
