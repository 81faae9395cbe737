// Page views of one visitor over a fake fetch that answers from the real engine and fails on purpose.

import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { Clock } from "./clock.mjs";
import { source } from "./source.mjs";
import { SITE_KEY, Stub } from "./stub.mjs";

const { Api, Conversation, Store } = await source("conversation", "api", "store");

const open = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** localStorage as the standard has it. */
export class Area extends Map {
  get length() {
    return this.size;
  }
  key = (i) => [...this.keys()][i] ?? null;
  getItem = (k) => this.get(k) ?? null;
  setItem = (k, v) => void this.set(k, v);
  removeItem = (k) => void this.delete(k);
}

export async function server(options) {
  const stub = await Stub.start(options);
  open.push(() => stub.stop());
  return stub;
}

/** A page view; `area` outlives it. */
export function visit(stub, { area = new Area(), engine = true, online = () => true, identity = () => null } = {}) {
  const clock = new Clock();
  const heard = [];
  const missed = [];
  const wanted = [];
  const refused = [];
  const outdated = [];
  const port = {
    fetch: (...args) => fetch(...args),
  };
  const policy = {
    fresh: (options) => new stub.engine.PromptPolicy(options, clock.now),
    resume: (session) => stub.engine.PromptPolicy.fromJSON(session),
    languageOf: (text) => stub.engine.languageOf(text),
    speaks: (language) => stub.engine.hasVocabulary(language) || (wanted.push(language), false),
  };
  let id = 0;
  const conversation = new Conversation(
    {
      api: new Api({ base: stub.url, siteKey: SITE_KEY, fetch: (...args) => port.fetch(...args) }),
      store: new Store(area, SITE_KEY, () => clock.now),
      engine: () => (engine ? policy : null),
      identity,
      begin: () => ({ locale: "en-GB" }),
      connect: () => null,
      now: () => clock.now,
      newId: () => `${Math.random().toString(36).slice(2)}-${(id += 1)}`,
      random: () => 0,
      delay: clock.delay,
      online,
      visible: () => true,
    },
    { changed: () => undefined, heard: (line) => heard.push(line), missed: (count) => missed.push(count), outdated: () => outdated.push(true), refused: (error) => refused.push(error.code) },
  );
  open.push(() => conversation.dispose());
  return { area, clock, conversation, heard, missed, outdated, port, refused };
}

/** Lets real requests finish and fake time pass, until something holds. */
export async function until(clock, test, what) {
  for (let i = 0; i < 2000; i += 1) {
    if (test()) return;
    await clock.pass(250);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`it never came to this: ${what}`);
}

/** Whether the server has all that was said. */
export const sent = (conversation) => conversation.lines.every((l) => l.state === "sent");
