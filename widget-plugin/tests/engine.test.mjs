import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { engine } from "./support/engine.mjs";
import { PACKAGE } from "./support/source.mjs";

const { Detector, PromptPolicy, memory, version } = await engine();
const NOW = 1_763_700_000_000;

it("has the version of its package", () => {
  assert.equal(version(), JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version);
});

it("finds with offsets that slice a JavaScript string", () => {
  const detector = new Detector({ lang: "en-GB", region: "GB" });
  const text = "😀 hé, my name is Zoë Marlow 🙂 and it's zoe@Fern.Example, thanks";
  const found = detector.detect(text);
  assert.deepEqual(
    found.map(({ kind, start, end, value, subject }) => [kind, text.slice(start, end), value, subject]),
    [
      ["name", "Zoë Marlow", "Zoë Marlow", "visitor"],
      ["email", "zoe@Fern.Example", "zoe@fern.example", "visitor"],
    ],
  );
  for (const { confidence } of found) assert.ok(confidence > 0 && confidence <= 1);
  detector.free();
});

it("reads an answer in the light of the question", () => {
  const detector = new Detector();
  const [name] = detector.detect("lucy", { prevAgent: "Who am I speaking with?", asked: ["name"] });
  assert.deepEqual([name?.kind, name?.value], ["name", "lucy"]);
  detector.free();
});

it("says whose each value is, and what could have been meant", () => {
  const detector = new Detector({ region: "US" });
  const found = (text) => detector.detect(text).map(({ kind, value, subject }) => [kind, value, subject]);
  assert.deepEqual(found("my husband Mark will come"), [["name", "Mark", "other"]]);
  assert.deepEqual(found("is your email help@fern.example?"), [["email", "help@fern.example", "agent"]]);
  assert.deepEqual(found("> my mail is a@fern.example"), [["email", "a@fern.example", "quoted"]]);
  assert.deepEqual(found("don't mail me at a@fern.example"), [["email", "a@fern.example", "negated"]]);
  assert.deepEqual(found("it's a@fern.example, sorry, b@fern.example"), [
    ["email", "a@fern.example", "retracted"],
    ["email", "b@fern.example", "visitor"],
  ]);
  assert.deepEqual(found("my phone is 415 555 0132"), [["phone", "+14155550132", "visitor"]]);
  const [slip] = detector.detect("my mail is ana@gmial.com");
  assert.deepEqual(slip, {
    kind: "email", start: 11, end: 24, value: "ana@gmial.com", confidence: 0.99, subject: "visitor", suggestion: "ana@gmail.com",
  });
  detector.free();
});

it("takes a context in any form that JSON has", () => {
  const detector = new Detector();
  const text = "lucy";
  const expected = detector.detect(text, { asked: ["name"] });
  assert.equal(expected.length, 1);
  class Context {
    asked = ["name"];
  }
  for (const context of [
    { asked: ["name", "other"] },
    { asked: ["name"], lang: undefined, region: null, prevAgent: "" },
    Object.assign(Object.create(null), { asked: ["name"], lang: "en-GB", region: "gb" }),
    { toJSON: () => ({ asked: ["name"] }) },
    { asked: ["name"], typo: undefined },
    new Context(),
    { prevAgent: "Hi!\0 What is your name?" },
  ]) {
    assert.deepEqual(detector.detect(text, context).map(({ value }) => value), ["lucy"], JSON.stringify(context));
  }
  const number = detector.detect("my number is 020 7946 0958", { region: "GB", lang: "en", prevAgent: "?", asked: ["other"] });
  assert.deepEqual(number.map(({ value }) => value), ["+442079460958"]);
  detector.free();
});

it("takes lone surrogates and other odd text", () => {
  const detector = new Detector();
  for (const text of ["", "\ud83d", "\ude00 my name is \ud83d", "\0", "a".repeat(100_000), "@".repeat(5000)]) {
    for (const { start, end } of detector.detect(text)) assert.ok(start < end && end <= text.length);
  }
  detector.free();
});

it("refuses what it does not know, with a stable code", () => {
  const refused = (run) => assert.throws(run, (error) => error instanceof Error && error.code === "invalid_field");
  refused(() => new Detector({ language: "en" }));
  refused(() => new Detector({ region: "Britain" }));
  for (const text of [7, true, {}, ["my name is Ann"], new String("my name is Ann")]) {
    refused(() => new Detector().detect(text));
    refused(() => new PromptPolicy({ lang: "en" }, NOW).visitorMessage(text, NOW));
  }
  assert.equal(new Detector().detect("my name is Ann").length, 1, "what was refused harms nothing");
  refused(() => new Detector().detect("x", { prevagent: "typo" }));
  for (const context of [
    [], "en", { lang: 1 }, { region: "Britain" }, { prevAgent: ["?"] }, { asked: "name" }, { asked: [["name"]] },
    { asked: ["name,email"] }, { asked: [0] }, { typo: null },
  ]) {
    refused(() => new Detector().detect("x", context));
  }
  refused(() => new PromptPolicy({ fields: ["age"] }));
  refused(() => PromptPolicy.fromJSON({ nonsense: true }));
  refused(() => new PromptPolicy().marker("paused"));
  assert.ok(new Detector({ lang: "tlh", region: null }), "a language that is not known counts as none");
  assert.ok(new Detector(null));
});

it("asks at a natural moment, once, and remembers over a round trip", () => {
  const policy = new PromptPolicy({ lang: "en" }, NOW);
  const greeting = policy.visitorMessage("Hello!", NOW);
  assert.equal(greeting.ask, null, "never in answer to a bare greeting");
  assert.equal(typeof greeting.reason, "string");

  const wish = policy.visitorMessage("I'm Mike. Could you send me the brochure?", NOW + 1000);
  assert.equal(wish.ask?.field, "email");
  assert.equal(wish.confirm, null);

  const json = JSON.stringify(policy);
  const again = PromptPolicy.fromJSON(JSON.parse(json));
  assert.equal(JSON.stringify(again), json);

  for (const one of [policy, again]) {
    assert.equal(one.facts().name, "Mike");
    assert.deepEqual(one.peek("mike@fern.example").map((f) => f.value), ["mike@fern.example"]);
    assert.equal(one.facts().email, undefined, "a look leaves no trace");
    const answer = one.visitorMessage("mike@fern.example", NOW + 2000);
    assert.notEqual(answer.ask?.field, "email");
    assert.equal(one.facts().email, "mike@fern.example");
  }
  assert.equal(JSON.stringify(again), JSON.stringify(policy), "the same words lead to the same memory");
});

it("keeps a memory in the form in which the server writes it", () => {
  const sessions = readFileSync(join(PACKAGE, "..", "tests", "data", "sessions.jsonl"), "utf8").trim().split("\n");
  for (const json of sessions) {
    const policy = PromptPolicy.fromJSON(JSON.parse(json));
    assert.equal(JSON.stringify(policy), json);
    policy.visitorMessage("I'm Mike, +44 20 7946 0958, and I'd rather not give my e-mail. Could you send me the brochure?", NOW);
    const later = JSON.stringify(policy);
    assert.notEqual(later, json);
    assert.equal(JSON.stringify(PromptPolicy.fromJSON(JSON.parse(later))), later);
  }
  assert.ok(sessions.includes(JSON.stringify(new PromptPolicy({}, NOW))), "one that begins here is one that begins there");
  const [full] = sessions.map((json) => JSON.parse(json));
  const refused = (spoil, message) => {
    const spoilt = structuredClone(full);
    spoil(spoilt);
    assert.throws(() => PromptPolicy.fromJSON(spoilt), { code: "invalid_field", message });
  };
  refused((session) => delete session.facts.email.at, "session: `facts`: `email`: `at`: is missing");
  refused((session) => (session.policy.asks[0].field = "age"), "session: `policy`: `asks`: `field`: expected one of name, email, phone");
  refused((session) => (session.policy.wants[0] = ["send"]), "session: `policy`: `wants`: expected an array of two");
  refused((session) => (session.options.prompt.wording.fr = { slogan: "x" }), /`wording`: `fr`: `slogan`: there is no such field/);
  refused((session) => (session.options.prompt.max_asks = 300), /`max_asks`: expected a whole number from 0 to 255/);
  refused((session) => (session.seq = -1), /`seq`: expected a whole number/);
  refused((session) => (session.heard = "x"), /`heard`: expected an object/);
  assert.ok(PromptPolicy.fromJSON({ ...full, mood: "fine" }), "what a later version may add is passed over");
});

it("asks for nothing that is known, not wanted, or when it is off", () => {
  const wish = "Could you send me the brochure by e-mail?";
  const asked = (options) => new PromptPolicy(options, NOW).visitorMessage(wish, NOW).ask?.field;
  assert.equal(asked({}), "email");
  assert.notEqual(asked({ known: ["email"] }), "email");
  assert.notEqual(asked({ fields: ["name"] }), "email");
  assert.equal(asked({ enabled: false }), undefined);
  const identified = new PromptPolicy({}, NOW);
  identified.identified(["email"], NOW);
  assert.notEqual(identified.visitorMessage(wish, NOW).ask?.field, "email");
});

it("says the owner's own sentence", () => {
  const policy = new PromptPolicy({ lang: "en", wording: { en: { email_send: "Where may I mail it?" } } }, NOW);
  assert.equal(policy.visitorMessage("Could you send me the brochure?", NOW).ask?.text, "Where may I mail it?");
});

it("gives its memory back", () => {
  const use = () => {
    for (let i = 0; i < 500; i += 1) {
      const policy = new PromptPolicy({}, NOW);
      policy.visitorMessage("I'm Mike. ".repeat(100), NOW);
      policy.free();
    }
    return memory.buffer.byteLength;
  };
  const settled = use();
  assert.equal(use(), settled);
  const detector = new Detector();
  detector.free();
  assert.throws(() => detector.detect("x"));
});
