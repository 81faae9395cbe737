// Takes the pictures of the README from the store that `cargo xtask dev` serves, with its sample in it.
//
//   cargo xtask dev                                   in one shell
//   node tests/pictures.mjs docs/images [STORE]       in another; STORE is .askwell/state

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Chat, launch } from "./support/browser.mjs";
import { ROOT } from "./support/worker.mjs";

/** Small enough for a README: 120 kB at most. */
const WIDTH = 1180;

const [folder = join(ROOT, "docs", "images"), store = join(ROOT, ".askwell", "state")] = process.argv.slice(2);
const { url: address, workspace } = JSON.parse(readFileSync(join(store, "dev.json"), "utf8"));
// A browser takes cookies that are `Secure` from `localhost` without TLS.
const url = address.replace("127.0.0.1", "localhost");

async function get(path) {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${workspace.secret_key}` } });
  if (!answer.ok) throw new Error(`${path} gave ${answer.status}`);
  return answer.json();
}

const { items } = await get("/v1/conversations?limit=200");
const { fields } = await get("/v1/fields");
const named = (name) => fields.find((field) => field.field?.name === name || field.name === name).id;
const broken = items.find((one) => one.platform_conversation_id === "shop-broken-mug").conversation_id;

const browser = await launch();
const context = await browser.newContext({ viewport: { width: WIDTH, height: 600 }, locale: "en-US", colorScheme: "light", reducedMotion: "reduce" });
const page = await context.newPage();
await page.goto(`${url}/app/sign-in`);
await page.getByLabel("Sign-in key").fill(workspace.secret_key);
await page.getByRole("button", { name: "Sign in" }).click();
await page.waitForURL(/customers/);
mkdirSync(folder, { recursive: true });

for (const [name, width, height, path, ready] of [
  ["customers", 1440, 560, "/app/customers", async () => {}],
  ["conversation", WIDTH, 440, `/app/conversations/${broken}`, () => page.locator(`[data-evidence="${named("Delivery problems")}"]`).focus()],
  ["metrics", WIDTH, 680, `/app/metrics/data-collection?field=${named("Delivery problems")}`, () => page.locator(".chart canvas").waitFor()],
]) {
  await page.setViewportSize({ width, height });
  await page.goto(url + path, { waitUntil: "networkidle" });
  await ready();
  const top = name === "metrics" ? await page.getByText("is rising").evaluate((e) => e.getBoundingClientRect().top - 30) : 0;
  await page.evaluate((top) => scrollTo(0, top), top);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

// A visitor's chat comes last: it is one more conversation in the store.
await page.setViewportSize({ width: 1280, height: 800 });
await page.goto(`${url}/demo/?key=${workspace.site_key}`, { waitUntil: "networkidle" });
const chat = new Chat(page);
await chat.launcher.click();
await chat.say("Hi, I'm Mike. Can you send me the invoice?");
await chat.shows(/e-?mail address should I use/);
await page.evaluate(() => document.fonts.ready);
await page.screenshot({ path: join(folder, "chat.png") });
await browser.close();
