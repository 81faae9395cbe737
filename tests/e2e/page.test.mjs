// What pages on other origins need: the files of the widget, and answers that browsers let them read.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("pages", () => {
  let worker, space, anyone;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker, { origins: ["https://shop.example", "https://www.shop.example"] });
    anyone = new Client(worker);
  });
  after(() => worker?.stop());

  test("get the loader and the demo", async () => {
    const loader = await anyone.send("GET", "/askwell.js");
    assert.equal(loader.status, 200);
    assert.match(loader.type, /^(text|application)\/javascript\b/);
    const demo = await anyone.send("GET", `/demo/?key=${space.siteKey}`);
    assert.equal(demo.status, 200);
    assert.match(demo.type, /^text\/html\b/);
    assert.equal((await anyone.send("GET", "/health")).status, 200);
  });

  test("may load the widget's modules from another origin", async () => {
    for (const path of ["/askwell.js", "/widget.js", "/engine.js", "/engine_bg.wasm", "/vocabulary.js", "/vocabulary/de.bin.js"]) {
      const answer = await anyone.send("GET", path, { headers: { origin: "https://shop.example" } });
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*", path);
    }
  });

  test("may ask and read, each from its own origin", async () => {
    for (const origin of ["https://shop.example", "https://www.shop.example"]) {
      const page = new Client(worker, space.siteKey, { origin });
      const answer = await page.send("POST", "/v1/conversations", { body: {} });
      assert.equal(answer.status, 201);
      assert.ok(["*", origin].includes(answer.headers.get("access-control-allow-origin")));
    }
  });

  test("are told by the preflight what they may send", async () => {
    const asked = ["authorization", "content-type", "idempotency-key"];
    const answer = await anyone.send("OPTIONS", "/v1/conversations", {
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": asked.join(","),
      },
    });
    assert.ok([200, 204].includes(answer.status), `${answer.status}`);
    assert.ok(["*", "https://shop.example"].includes(answer.headers.get("access-control-allow-origin")));
    const allowed = answer.headers.get("access-control-allow-headers").toLowerCase();
    // A star does not cover Authorization (Fetch standard, CORS-safelisting).
    for (const name of asked) assert.ok(allowed.includes(name), `${name} in “${allowed}”`);
    assert.match(answer.headers.get("access-control-allow-methods"), /\bPOST\b|\*/);
  });

  test("can read refusals too", async () => {
    const page = new Client(worker, space.siteKey, { origin: "https://shop.example" });
    const answer = await page.send("POST", "/v1/conversations", { raw: "{" });
    assert.equal(answer.status, 400);
    assert.ok(answer.headers.get("access-control-allow-origin"), "a page sees why");
  });
});
