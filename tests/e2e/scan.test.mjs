// Nothing of anybody leaves: events, the log and day files after messages full of personal data. The whole
// of it, with real dialogues, is `cargo xtask bench privacy`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scanned } from "../support/privacy.mjs";
import { known, people, personal } from "../support/scan.mjs";

test("the scanner finds what there is", () => {
  const made = people(40);
  const all = known(made);
  for (const { name, email, phone, text } of made) {
    assert.ok(personal(name, all).includes(name), name);
    assert.ok(personal(`{"x":"${email.toUpperCase()}"}`, all).length > 0, email);
    assert.ok(personal(`order ${phone.replace(/\D/g, "")} now`, all).length > 0, phone);
    assert.ok(personal(text, { names: [], emails: [], phones: [] }).length > 0, "also what nobody knows of");
  }
  assert.deepEqual(personal("[wrangler:info] QUEUE askwell-closed 12/12 (1187ms)", all), []);
  const ready = { ...all, names: ["Ready"] };
  assert.deepEqual(personal("[wrangler:info] Ready on http://127.0.0.1:40113", ready), []);
  assert.deepEqual(personal("Ready on time", ready), ["Ready"]);
  assert.deepEqual(personal("call 12/12 (1187", all), ["12/12 (1187"]);
  assert.deepEqual(personal(`2026-06-01T08:00:00.000Z cv_${"0".repeat(26)} 127.0.0.1:45678 "seq":12345678`, all), []);
});

test("messages full of names, e-mails and phones leave nothing in events, log and exports", async () => {
  const report = await scanned(48);
  assert.deepEqual(report.found, { events: [], log: [], exports: [] });
  assert.equal(report.blocked, 0);
  // There was something to find, and something to look through.
  assert.equal(report.conversations, 12);
  assert.ok(report.facts.email === 12 && report.facts.phone >= 10 && report.facts.name >= 6, JSON.stringify(report.facts));
  assert.ok(report.events >= 24 && report.logged >= report.events, JSON.stringify(report));
  assert.equal(report.export_rows, 24, "twelve rows in both forms");
});
