// The list of messages. It is a live region: what is added is read out, so the words of a line that stays
// are not touched when it is sent, and what it says of its state is put beside them. A reply that is being written is shown and not read out: its message is, once.

import { languageOf } from "../languages.js";
import type { Locale, Strings } from "../strings.js";
import type { Line, LineState } from "../transcript.js";
import { asMarker } from "../wire.js";
import { element, setAttribute } from "./dom.js";
import { linked } from "./links.js";

/** A time stands above a message that comes so long after the last one that has it. */
const APART_MS = 5 * 60_000;

interface Row {
  item: HTMLLIElement;
  words: HTMLElement;
  text: string | null;
  /** As it is dressed; null for not yet. */
  state: LineState | null;
}

export class Log {
  readonly element: HTMLElement;
  /** Says how much has come below what is being read, and leads there. */
  readonly below = element("button", { class: "below", type: "button", hidden: true });
  readonly #strings: Strings;
  readonly #lang: string;
  readonly #retry: (id: string) => void;
  readonly #list: HTMLOListElement;
  readonly #greeting: HTMLLIElement;
  #rows = new Map<string, Row>();
  /** Whether the newest line is in view, and is to stay so. */
  #atEnd = true;
  /** How far down the list was when it last moved, in CSS pixels. */
  #top = 0;
  #clock: Intl.DateTimeFormat | undefined;
  #calendar: Intl.DateTimeFormat | undefined;
  /** How many have come below what is being read. */
  #unread = 0;

  constructor({ strings, lang }: Locale, retry: (id: string) => void) {
    this.#strings = strings;
    // As it is written where the visitor is: the 24 hours of en-GB, and not the 12 of English.
    this.#lang = navigator.languages.find((tag) => languageOf([tag]) === lang) ?? lang;
    this.#retry = retry;
    this.#list = element("ol");
    this.#greeting = element("li", { class: "line theirs" }, label(strings.team), strings.greeting);
    this.#list.append(this.#greeting);
    this.element = element(
      "div",
      { class: "log", role: "log", "aria-live": "polite", "aria-label": strings.messages, tabindex: "0" },
      this.#list,
    );
    this.element.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.element;
      // The event comes later than the move: more may have come below by then, which is no reading further up.
      if (scrollHeight - scrollTop - clientHeight < 60) this.stick();
      else if (scrollTop < this.#top - 1) this.#atEnd = false;
      this.#top = scrollTop;
    });
    // Lines come, one grows while it is written, and what appears below takes its room from the list. All of it is laid out by
    // then, so that to scroll costs no layout of its own.
    const sizes = new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd();
    });
    sizes.observe(this.element);
    sizes.observe(this.#list);
    this.below.addEventListener("click", () => {
      this.toEnd();
      // The button goes, and the focus with it.
      this.element.focus();
    });
  }

  /** `seen` is the highest place that the team has seen. */
  render(lines: readonly Line[], seen: number): void {
    const rows = new Map<string, Row>();
    let before: Element = this.#greeting;
    for (const line of lines) {
      const old = this.#rows.get(line.id);
      // What was hidden while it was written comes as a new one, to be read out.
      const row = old && (old.state === "draft") === (line.state === "draft") ? old : this.#row(line);
      this.#fill(row, line);
      if (before.nextElementSibling !== row.item) before.after(row.item);
      rows.set(line.id, row);
      before = row.item;
    }
    this.#mark(lines, rows, seen);
    const added = rows.size > this.#rows.size;
    if (!this.#atEnd) this.#tell(lines.filter(({ id, role, state }) => role !== "customer" && state === "sent" && !this.#known(id)).length);
    for (const [id, { item }] of this.#rows) if (rows.get(id)?.item !== item) item.remove();
    this.#rows = rows;
    if (added && lines.at(-1)?.role === "customer") this.stick();
  }

  #known(id: string): boolean {
    const state = this.#rows.get(id)?.state;
    return state !== undefined && state !== "draft";
  }

  #tell(more: number): void {
    this.#unread = this.#atEnd ? 0 : this.#unread + more;
    this.below.hidden = this.#unread === 0;
    this.below.textContent = `${this.#strings.unread} ${this.#unread}`;
  }

  /** The newest line is to be in view once there is room for one: its appearing is observed. */
  stick(): void {
    this.#atEnd = true;
    this.#tell(0);
  }

  toEnd(): void {
    this.stick();
    this.element.scrollTop = this.element.scrollHeight;
    this.#top = this.element.scrollTop;
  }

  /** When it was said, above the first of a while, and how far the visitor's newest message has come, below it. */
  #mark(lines: readonly Line[], rows: Map<string, Row>, seen: number): void {
    const newest = lines.filter((line) => line.role === "customer").at(-1);
    let told = Number.NEGATIVE_INFINITY;
    for (const line of lines) {
      const item = rows.get(line.id)?.item;
      if (!item || line.role === "system") continue;
      if (Math.abs(line.at - told) < APART_MS) {
        delete item.dataset["time"];
      } else {
        told = line.at;
        item.dataset["time"] = this.#time(told);
      }
      if (line.role !== "customer") continue;
      // An attribute, shown by the style: a change of it is not read out again and again.
      if (line !== newest || line.seq === null) delete item.dataset["state"];
      else item.dataset["state"] = line.seq <= seen ? this.#strings.seen : this.#strings.sent;
    }
  }

  #time(at: number): string {
    const clock = { hour: "numeric", minute: "2-digit" } as const;
    this.#clock ??= new Intl.DateTimeFormat(this.#lang, clock);
    this.#calendar ??= new Intl.DateTimeFormat(this.#lang, { ...clock, day: "numeric", month: "short" });
    const today = new Date(at).toDateString() === new Date().toDateString();
    return (today ? this.#clock : this.#calendar).format(at);
  }

  #row({ role, text, state }: Line): Row {
    const item = element("li");
    const words = element("span");
    if (role === "system") {
      item.className = "event";
      item.append(this.#event(text));
    } else {
      const who = role === "customer" ? this.#strings.you : role === "agent" ? this.#strings.team : this.#strings.assistant;
      item.append(label(who), words);
      setAttribute(item, "aria-hidden", state === "draft" ? "true" : null);
    }
    return { item, words, text: null, state: null };
  }

  #fill(row: Row, { id, role, state, text }: Line): void {
    if (role === "system") return;
    const { item, words } = row;
    if (row.text !== text) {
      row.text = text;
      // The visitor's own is what they know already, mostly their own address; a draft is hidden from those who tab through.
      words.replaceChildren(...(role === "customer" || state === "draft" ? [text] : linked(text)));
    }
    if (row.state === state) return;
    row.state = state;
    item.className = `line ${role === "customer" ? "mine" : "theirs"} ${state}`;
    words.nextSibling?.remove();
    if (state === "sending") item.append(element("span", { class: "aside" }, ` (${this.#strings.sending})`));
    if (state !== "failed") return;
    const again = element("button", { type: "button", class: "link" }, this.#strings.retry);
    again.addEventListener("click", () => this.#retry(id));
    item.append(element("span", { class: "state" }, `${this.#strings.notSent} · `, again));
  }

  #event(text: string): string {
    switch (asMarker(text)) {
      case "handoff":
        return this.#strings.handoff;
      case "transferred":
        return this.#strings.transferred;
      case "reopened":
        return this.#strings.reopened;
      case "resolved":
      case "closed":
        return this.#strings.ended;
      default:
        return "";
    }
  }
}

/** Who speaks, for those who cannot see on which side it stands. */
function label(who: string): HTMLSpanElement {
  return element("span", { class: "aside" }, `${who}: `);
}
