// What crosses between JavaScript and the engine, as it looks in JavaScript. Names stand in the order of the
// engine's enums, and fields in the order in which the engine reads and writes them.

import { Mismatch, Parts, choice, expected, flag, list, maybe, pair, record, some, text, whole } from "./shapes.js";

const KINDS = ["name", "email", "phone"];
const LANGS = ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "ja", "zh", "th", "tr", "hi", "ar", "sv"];
const LINES = [
  "email_send", "email_book", "email_handoff", "email_returning", "name_book", "name_call", "name_matter", "phone_book",
  "phone_call", "confirm_on_file", "confirm_slip",
];

const kind = choice(KINDS);
const kinds = list(kind);
const moment = choice(["send", "book", "call", "handoff", "returning", "matter"]);
const byte = (none) => whole(255, none);
const number = whole(2 ** 32 - 1);
const instant = whole(Number.MAX_SAFE_INTEGER);
const lang = maybe(choice(LANGS));

/** A BCP 47 tag; one of a language that is not known counts as none. */
const tag = {
  ...lang,
  put: (value) => lang.put((value !== null && text.put(value) && LANGS.find((code) => code === primary(value))) || null),
};
const primary = (tag) => tag.split(/[-_]/, 1)[0].toLowerCase();

/** ISO 3166-1 alpha-2. */
const region = maybe({
  put: (value) =>
    /^[a-z]{2}$/i.test(value) && typeof value === "string"
      ? [...value.toUpperCase()].map((letter) => `${letter.charCodeAt(0)};`).join("")
      : expected("two letters (ISO 3166-1)"),
  take: (parts) => String.fromCharCode(parts.number(), parts.number()),
});

/** An object that may have a field for each of these names. */
const by = (names, shape) => ({
  ...record(Object.fromEntries(names.map((name) => [name, some(maybe(shape))])), true),
  none: {},
});

const wording = by(LANGS, by(LINES, text));
/** What the owner chooses of asking. */
const asking = (maxAsks, coolDownTurns) => ({
  enabled: flag(true),
  fields: list(kind, KINDS),
  [maxAsks]: byte(3),
  [coolDownTurns]: byte(2),
});

const ask = record({ field: kind, text });
const fact = record({ value: text, seq: number, at: instant, detector: number });
const target = record({ for: kind });
const outcome = choice(["open", "answered", "refused", "passed_over"]);
const decision = {
  ask: maybe(ask),
  confirm: maybe(record({ field: kind, text, suggestion: some(maybe(text)) })),
  reason: text,
  code: text,
};

const found = record({
  kind,
  start: number,
  end: number,
  value: text,
  // In hundredths, which are sure enough.
  confidence: { take: (parts) => parts.number() / 100 },
  subject: choice(["visitor", "other", "agent", "quoted", "negated", "retracted"]),
  suggestion: some(maybe(text)),
});

/** A policy's memory, in the form in which the server writes it. */
const session = record({
  version: byte(1),
  options: record(
    {
      prompt: {
        ...record({ ...asking("max_asks", "cool_down_turns"), lang: some(lang), wording }, true),
        none: {},
      },
      lang,
      region,
    },
    true,
  ),
  facts: record(Object.fromEntries(KINDS.map((name) => [name, some(maybe(fact))]))),
  policy: record({
    known: some(kinds),
    refused: some(kinds),
    asked_by_agent: some(kinds),
    asks: some(list(record({ field: kind, moment, at: instant, turn: number, outcome: { ...outcome, none: "open" } }))),
    on_file: some(kinds),
    confirmed: some(kinds),
    confirming: some(maybe(kind)),
    wants: some(list(pair(moment, number))),
    turns: { ...number, none: 0 },
    refused_turn: some(maybe(number)),
    angry_turn: some(maybe(number)),
    agent_question: some(
      maybe({
        put: (value) => (value === "other" ? "0;" : `1;${target.put(value)}`),
        take: (parts) => (parts.number() ? target.take(parts) : "other"),
      }),
    ),
    exploring: some(flag(false)),
    offer: some(maybe(moment)),
    held_out: some(flag(false)),
    lang: some(lang),
  }),
  heard: maybe(record({ text, asked: maybe(kind) })),
  slip: some(maybe(record({ field: kind, value: text }))),
  lang,
  seq: number,
});

const place = { lang: tag, region };
/** By their numbers: `Shape` of `convert.rs`. */
const SHAPES = [
  ["options", record(place, true)],
  ["context", record({ ...place, prevAgent: maybe(text), asked: list(choice([...KINDS, "other", "unknown"])) }, true)],
  ["options", record({ ...asking("maxAsks", "coolDownTurns"), lang: tag, wording, region, known: kinds }, true)],
  ["session", session],
  ["kinds", kinds],
  ["marker", choice(["handoff", "transferred", "reopened", "resolved", "closed"])],
  ["found", list(found)],
  ["outcome", record({ found: list(found), withdrawn: kinds, ...decision })],
  ["decision", record(decision)],
  ["facts", record(Object.fromEntries(KINDS.map((name) => [name, some(maybe(text))])))],
];

/** An `Error` that says what is wrong. */
export function refusal(message) {
  return Object.assign(new Error(message), { code: "invalid_field" });
}

/** Why the last `put` gave nothing. */
let why;

/** For the engine; nothing where the value is not of its shape. Options may be left out as a whole. */
export function put(shape, value) {
  const [name, { put }] = SHAPES[shape];
  try {
    return put(value ?? {});
  } catch (error) {
    // What a getter throws is the caller's own.
    why = error instanceof Mismatch ? refusal(`${name}: ${error.message}`) : error;
  }
}

export function refused() {
  return why;
}

/** From the engine. */
export function take(shape, given) {
  return SHAPES[shape][1].take(new Parts(given));
}
