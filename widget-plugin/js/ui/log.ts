// The list of messages. It is a live region: what is added is read out, so the words of a line that stays
// are not touched when it is sent, and what it says of its state is put beside them. A reply that is being written is shown and not read out: its message is, once.

import type { Strings } from "../strings.js";
import type { Line, LineState } from "../transcript.js";
import { asMarker } from "../wire.js";
import { element, setAttribute } from "./dom.js";

interface Row {
  item: HTMLLIElement;
  words: Text;
  /** As it is dressed; null for not yet. */
  state: LineState | null;
}

export class Log {
  readonly element: HTMLElement;
  readonly #strings: Strings;
  readonly #retry: (id: string) => void;
  readonly #list: HTMLOListElement;
  readonly #greeting: HTMLLIElement;
  #rows = new Map<string, Row>();
  /** Whether the newest line is in view, and is to stay so. */
  #atEnd = true;
  /** How far down the list was when it last moved, in CSS pixels. */
  #top = 0;

  constructor(strings: Strings, retry: (id: string) => void) {
    this.#strings = strings;
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
      if (scrollHeight - scrollTop - clientHeight < 60) this.#atEnd = true;
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
    for (const [id, { item }] of this.#rows) if (rows.get(id)?.item !== item) item.remove();
    this.#rows = rows;
    if (added && lines.at(-1)?.role === "customer") this.stick();
  }

  /** The newest line is to be in view once there is room for one: its appearing is observed. */
  stick(): void {
    this.#atEnd = true;
  }

  toEnd(): void {
    this.#atEnd = true;
    this.element.scrollTop = this.element.scrollHeight;
    this.#top = this.element.scrollTop;
  }

  /** How far the visitor's newest message has come, below it. */
  #mark(lines: readonly Line[], rows: Map<string, Row>, seen: number): void {
    const newest = lines.filter((line) => line.role === "customer").at(-1);
    for (const line of lines) {
      const item = rows.get(line.id)?.item;
      if (!item || line.role !== "customer") continue;
      // An attribute, shown by the style: a change of it is not read out again and again.
      if (line !== newest || line.seq === null) delete item.dataset["state"];
      else item.dataset["state"] = line.seq <= seen ? this.#strings.seen : this.#strings.sent;
    }
  }

  #row({ role, text, state }: Line): Row {
    const item = element("li");
    const words = new Text(role === "system" ? this.#event(text) : text);
    if (role === "system") {
      item.className = "event";
      item.append(words);
    } else {
      const who = role === "customer" ? this.#strings.you : role === "agent" ? this.#strings.team : this.#strings.assistant;
      item.append(label(who), words);
      setAttribute(item, "aria-hidden", state === "draft" ? "true" : null);
    }
    return { item, words, state: null };
  }

  #fill(row: Row, { id, role, state, text }: Line): void {
    if (role === "system") return;
    const { item, words } = row;
    if (words.data !== text) words.data = text;
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
