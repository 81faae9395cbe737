// What was noticed of the visitor, for them to see, to put right and to take back.

import type { Kind } from "../engine.js";
import type { Strings } from "../strings.js";
import { browserDelay } from "../backoff.js";
import { ICONS, composes, element, icon, say, setAttribute } from "./dom.js";

export interface NotedValue {
  kind: Kind;
  value: string;
  /** Whether it is kept with the conversation; else it only stands in what is being typed. */
  kept: boolean;
}

export interface NotedState {
  values: readonly NotedValue[];
  /** A likelier spelling, and what makes it the text. */
  suggestion: { value: string; apply: () => void } | null;
}

/** `invalid`: the value is none of its kind; `failed`: it may be a good one, and could not be saved. */
export type Amended = "accepted" | "invalid" | "failed";

export interface NotedPort {
  /** Puts a value right, or (null) takes it back; says why where it failed. */
  amend(kind: Kind, value: string | null): Promise<Amended>;
  /** Where the focus goes when there is nothing left here. */
  leave(): void;
}

/** It is read out once nothing has changed for so long: not with each letter. */
const CALM_MS = 1_000;

const INPUT_TYPE: Record<Kind, string> = { name: "text", email: "email", phone: "tel" };
const AUTOFILL: Record<Kind, string> = { name: "name", email: "email", phone: "tel" };

export class Noted {
  readonly element = element("div", { class: "noted", hidden: true });
  /** The same in words, for those who cannot see it. */
  readonly status = element("p", { class: "aside", role: "status" });
  readonly #strings: Strings;
  readonly #port: NotedPort;
  #state: NotedState = { values: [], suggestion: null };
  #shown = "";
  #editing = false;
  #cancelSaying: (() => void) | null = null;

  constructor(strings: Strings, port: NotedPort) {
    this.#strings = strings;
    this.#port = port;
  }

  render(state: NotedState): void {
    this.#state = state;
    // What the visitor is putting right stays before them, whatever comes in meanwhile.
    if (!this.#editing) this.#draw();
  }

  #draw(): void {
    const { values, suggestion } = this.#state;
    const shown = JSON.stringify([values, suggestion?.value]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = values.length === 0 && !suggestion;
    const children: Node[] = values.length > 0 ? [element("span", {}, this.#strings.noted)] : [];
    for (const one of values) children.push(one.kept ? this.#chip(one) : element("bdi", {}, one.value));
    if (suggestion) {
      children.push(this.#button("link", this.#suggested(suggestion.value), () => {
        this.#state.suggestion?.apply();
        this.#port.leave();
      }));
    }
    this.element.replaceChildren(...children);
    this.#cancelSaying?.();
    this.#cancelSaying = browserDelay(CALM_MS, () => this.#say());
  }

  #say(): void {
    const { values, suggestion } = this.#state;
    const all = values.map(({ kind, value }) => `${this.#strings[kind]}: ${value}.`);
    if (all.length > 0) all.unshift(this.#strings.noted);
    if (suggestion) all.push(this.#suggested(suggestion.value));
    say(this.status, all.join(" "));
  }

  #suggested(value: string): string {
    return `${this.#strings.didYouMean} ${value}?`;
  }

  #chip({ kind, value }: NotedValue): HTMLElement {
    const { correct, remove } = this.#strings;
    const what = `${this.#strings[kind]}: ${value}`;
    const edit = this.#button("value", "", () => this.#edit(kind, value));
    setAttribute(edit, "aria-label", `${correct} ${what}`);
    edit.append(element("bdi", {}, value));
    const drop = this.#button("drop", "", () => void this.#remove(kind));
    setAttribute(drop, "aria-label", `${remove} ${what}`);
    drop.append(icon(ICONS.end));
    return element("span", { class: "chip" }, edit, drop);
  }

  #edit(kind: Kind, value: string): void {
    this.#editing = true;
    const { save, cancel } = this.#strings;
    const problem = element("span", { class: "problem", role: "alert", id: "problem" });
    const input = element("input", {
      type: INPUT_TYPE[kind],
      autocomplete: AUTOFILL[kind],
      "aria-label": this.#strings[kind],
      "aria-describedby": "problem",
      dir: "auto",
    });
    input.value = value;
    const done = (): void => {
      this.#editing = false;
      this.#shown = "";
      this.#draw();
      this.#port.leave();
    };
    const store = async (): Promise<void> => {
      const text = input.value.trim();
      if (text === value) return done();
      const outcome = await this.#port.amend(kind, text === "" ? null : text);
      // The visitor may have cancelled it meanwhile.
      if (!input.isConnected) return;
      if (outcome === "accepted") return done();
      const invalid = outcome === "invalid";
      setAttribute(input, "aria-invalid", invalid ? "true" : null);
      problem.textContent = invalid ? this.#strings.invalid : "";
      input.focus();
    };
    input.addEventListener("keydown", (event) => {
      if (composes(event) || (event.key !== "Enter" && event.key !== "Escape")) return;
      // Neither sends the message nor hides the chat.
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") void store();
      else done();
    });
    this.element.replaceChildren(
      input,
      this.#button("link", save, () => void store()),
      this.#button("link", cancel, done),
      problem,
    );
    input.focus();
    input.select();
  }

  async #remove(kind: Kind): Promise<void> {
    if ((await this.#port.amend(kind, null)) === "accepted") this.#port.leave();
  }

  #button(style: string, text: string, click: () => void): HTMLButtonElement {
    const button = element("button", { type: "button", class: style }, text);
    button.addEventListener("click", click);
    return button;
  }
}
