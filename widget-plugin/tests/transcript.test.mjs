import assert from "node:assert/strict";
import { it } from "node:test";
import { source } from "./support/source.mjs";

const { Store, Transcript } = await source("transcript", "store");

const message = (seq, id = `m${seq}`, role = "customer") => ({ id, seq, role, text: id, at: seq });
const ids = (transcript) => transcript.list().map((l) => l.id);

it("reads in the server's order, then what is local in its own", () => {
  const transcript = new Transcript();
  transcript.local({ id: "x", role: "customer", text: "x", at: 0, state: "sending" });
  transcript.local({ id: "y", role: "customer", text: "y", at: 0, state: "sending" });
  transcript.put(message(1));
  transcript.put(message(0));
  assert.deepEqual(ids(transcript), ["m0", "m1", "x", "y"]);
  assert.equal(transcript.put(message(2, "y")), true);
  assert.deepEqual(ids(transcript), ["m0", "m1", "y", "x"]);
  assert.equal(transcript.put(message(2, "y")), false, "the same again is nothing new");
});

it("knows up to where nothing is missing", () => {
  const transcript = new Transcript();
  transcript.put(message(0));
  transcript.put(message(3));
  assert.deepEqual([transcript.complete, transcript.gap], [0, true]);
  transcript.put(message(2));
  transcript.put(message(1));
  assert.deepEqual([transcript.complete, transcript.gap], [3, false]);
});

it("takes back only what the server does not know", () => {
  const transcript = new Transcript();
  transcript.local({ id: "ask-x", role: "bot", text: "?", at: 0, state: "predicted" });
  transcript.drop("ask-x");
  transcript.put(message(0));
  transcript.drop("m0");
  transcript.fail("m0");
  assert.deepEqual(transcript.list().map((l) => [l.id, l.state]), [["m0", "sent"]]);
});

it("leaves what was refused where it was said", () => {
  const transcript = new Transcript();
  for (const id of ["one", "two", "three"]) transcript.local({ id, role: "customer", text: id, at: 0, state: "sending" });
  transcript.put(message(0, "one"));
  assert.equal(transcript.fail("two"), 0);
  assert.deepEqual(ids(transcript), ["one", "two", "three"]);
  transcript.put(message(1, "three"));
  transcript.put(message(2, "answer", "agent"));
  assert.deepEqual(ids(transcript), ["one", "two", "three", "answer"]);
  // As a reload finds it, before anything has been fetched.
  const later = new Transcript();
  later.local({ id: "two", role: "customer", text: "two", at: 0, state: "failed", after: 0 });
  for (const [seq, id] of ["one", "three"].entries()) later.put(message(seq, id));
  assert.deepEqual(ids(later), ["one", "two", "three"]);
});

/** localStorage as the standard has it. */
function area() {
  const map = new Map();
  return {
    get length() {
      return map.size;
    },
    key: (i) => [...map.keys()][i] ?? null,
    getItem: (k) => map.get(k) ?? null,
    setItem: (k, v) => void map.set(k, String(v)),
    removeItem: (k) => void map.delete(k),
  };
}

it("keeps the conversations of two site keys apart, and unsent messages in their order", () => {
  const shared = area();
  const [one, two] = [new Store(shared, "pk_one", () => 0), new Store(shared, "pk_two", () => 0)];
  one.save({ key: "k", body: {}, id: null, token: null });
  one.keep({ id: "b", text: "second", at: 2 });
  one.keep({ id: "a", text: "first", at: 1 });
  assert.equal(two.load(), null);
  assert.deepEqual(two.unsent(), []);
  assert.deepEqual(one.unsent().map((i) => i.text), ["first", "second"]);
  one.drop("a");
  one.forget();
  assert.equal(shared.length, 0);
});

it("works without storage, with a full one, and with rubbish in it", () => {
  const full = { ...area(), setItem: () => { throw new Error("QuotaExceededError"); } };
  for (const store of [new Store(null, "pk", () => 0), new Store(full, "pk", () => 0)]) {
    store.save({ key: "k", body: {}, id: null, token: null });
    assert.equal(store.load().key, "k");
    assert.deepEqual(store.unsent(), []);
  }
  const odd = area();
  odd.setItem("askwell.pk", "{not json");
  odd.setItem("askwell.pk.unsent.x", "17");
  const store = new Store(odd, "pk", () => 0);
  assert.equal(store.load(), null);
  assert.deepEqual(store.unsent(), []);
});
