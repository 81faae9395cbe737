// The button, the dialog, and what the keyboard does in them.

import type { Notice } from "../notice.js";
import type { LocalNotice, Locale } from "../strings.js";
import type { Line } from "../transcript.js";
import { Composer, type ComposerPort } from "./composer.js";
import { type ConsentText, consentBox } from "./consent.js";
import { ICONS, composes, element, icon, say, setAttribute } from "./dom.js";
import { Log } from "./log.js";
import type { NotedState } from "./noted.js";
import { STYLES } from "./styles.js";

/** Narrow screens show the dialog over the whole page; the same as in `styles.ts`. */
const NARROW = "(max-width: 480px)";

export interface ViewPort extends ComposerPort {
  toggled(open: boolean): void;
  end(): void;
  restart(): void;
  retry(id: string): void;
  agree(): void;
}

export interface ViewState {
  lines: readonly Line[];
  notice: Notice | LocalNotice | null;
  begun: boolean;
  ended: boolean;
  /** Whether a reply is being written. */
  typing: boolean;
  /** The highest place that the team has seen. */
  seen: number;
  /** Whether the visitor has yet to agree to the owner's words. */
  asksConsent: boolean;
}

export interface ViewOptions {
  title: string;
  consent: ConsentText | null;
}

export class View {
  readonly host = element("askwell-chat" as "div");
  readonly #port: ViewPort;
  readonly #locale: Locale;
  readonly #log: Log;
  readonly #launcher: HTMLButtonElement;
  readonly #badge = element("span", { class: "badge", hidden: true, "aria-hidden": "true" });
  /** What is read out while the dialog is hidden, and all in it with it. */
  readonly #news = element("p", { class: "news aside", role: "status" });
  readonly #panel: HTMLElement;
  readonly #endButton: HTMLButtonElement;
  readonly #confirm: HTMLElement;
  readonly #notice = element("p", { class: "notice", role: "status" });
  readonly #again: HTMLElement;
  readonly #typing = element("p", { class: "typing", role: "status" });
  readonly #consent: HTMLElement | null;
  readonly #composer: Composer;
  readonly #root: ShadowRoot;
  readonly #narrow = matchMedia(NARROW);
  #open = false;
  /** What had the focus before it was opened. */
  #opener: HTMLElement | null = null;

  constructor(locale: Locale, { title, consent }: ViewOptions, port: ViewPort) {
    const { strings, dir, lang } = locale;
    this.#locale = locale;
    this.#port = port;
    this.#log = new Log(locale, (id) => {
      port.retry(id);
      // The button goes, and the focus with it.
      this.#log.element.focus();
    });

    this.#launcher = element("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" });
    // A click of the keyboard's has no count.
    this.#launcher.addEventListener("click", ({ detail }) => this.setOpen(!this.#open, detail > 0));

    this.#endButton = element("button", { class: "quiet", type: "button", hidden: true }, strings.endChat);
    this.#endButton.addEventListener("click", () => this.#ask(true));
    const hide = element("button", { class: "round", type: "button", "aria-label": strings.hideChat }, icon(ICONS.down));
    hide.addEventListener("click", () => this.setOpen(false));
    const head = element(
      "div",
      { class: "head" },
      element("h2", { class: "title", id: "title" }, title),
      this.#endButton,
      hide,
    );

    const endNow = element("button", { class: "button main", type: "button" }, strings.endChat);
    endNow.addEventListener("click", () => {
      this.#ask(false);
      port.end();
    });
    const keep = element("button", { class: "button", type: "button" }, strings.keepChatting);
    keep.addEventListener("click", () => this.#ask(false));
    this.#confirm = element(
      "div",
      { class: "confirm", role: "group", "aria-labelledby": "question", hidden: true },
      element("p", { id: "question" }, strings.endQuestion),
      endNow,
      keep,
    );

    const restart = element("button", { class: "button main", type: "button" }, strings.newChat);
    restart.addEventListener("click", () => port.restart());
    this.#again = element("div", { class: "again", hidden: true }, restart);

    this.#composer = new Composer(strings, port);
    this.#consent = consent && consentBox(consent, strings, () => port.agree());

    this.#panel = element(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      head,
      this.#confirm,
      this.#log.element,
      this.#log.below,
      this.#typing,
      this.#notice,
      this.#again,
      ...(this.#consent ? [this.#consent] : []),
      this.#composer.element,
    );
    // A file that is let go over the chat must not take the place of the page.
    for (const type of ["dragover", "drop"] as const) {
      for (const part of [this.#panel, this.#launcher]) part.addEventListener(type, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        if (type === "drop") port.files();
        else event.dataTransfer.dropEffect = "none";
      });
    }
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    // Typing in the chat is none of the page's shortcuts.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.#panel.addEventListener(type, (event) => event.stopPropagation());
    }
    // Nor does the page behind the dialog move where that covers it.
    for (const type of ["wheel", "touchmove"] as const) {
      this.#panel.addEventListener(type, (event) => this.#hold(event), { passive: false });
    }
    this.#narrow.addEventListener("change", this.#modal);

    setAttribute(this.host, "dir", dir);
    setAttribute(this.host, "lang", lang);
    this.#root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(this.#panel, this.#launcher, this.#news);
    this.#drawLauncher(0);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get text(): string {
    return this.#composer.text;
  }

  /** `pointed`: by a finger or a mouse, after which nobody types at once. */
  setOpen(open: boolean, pointed = false): void {
    if (open === this.#open) return;
    const held = this.#root.activeElement !== null;
    const { activeElement } = document;
    this.#open = open;
    this.#panel.hidden = !open;
    this.#modal();
    this.#drawLauncher(0);
    if (open) {
      const outside = activeElement instanceof HTMLElement && activeElement !== this.host && activeElement !== document.body;
      this.#opener = outside ? activeElement : null;
      this.#log.stick();
      // A task of its own: the focus needs the dialog's layout, which is the most work of all.
      if (pointed) setTimeout(() => this.#open && this.#focusInside());
      // Whoever is writing in the page goes on there, where it is in view.
      else if (this.#narrow.matches || !activeElement?.matches(":read-write, iframe")) this.#focusInside();
    } else if (held) {
      this.#opener?.focus();
      // It may be gone.
      if (!this.#opener || document.activeElement !== this.#opener) this.#launcher.focus();
    }
    this.#port.toggled(open);
  }

  dispose(): void {
    this.#narrow.removeEventListener("change", this.#modal);
    this.host.remove();
  }

  /** Also while it is open: phones are turned. */
  readonly #modal = (): void => setAttribute(this.#panel, "aria-modal", this.#narrow.matches ? "true" : null);

  #hold(event: WheelEvent | TouchEvent): void {
    // What magnifies the page.
    if ("touches" in event ? event.touches.length > 1 : event.ctrlKey) return;
    const inside = (event.target as Element).closest(".log, .words, .confirm, .notice, .noted, textarea");
    if (this.#narrow.matches && !(inside && inside.scrollHeight > inside.clientHeight)) event.preventDefault();
  }

  render(state: ViewState): void {
    const { lines, notice, begun, ended, asksConsent } = state;
    const { strings } = this.#locale;
    const held = this.#open && this.#root.activeElement !== null;
    const before = this.#stage();
    this.#log.render(lines, state.seen);
    this.#endButton.hidden = !begun;
    if (!begun) this.#confirm.hidden = true;
    say(this.#typing, state.typing && !ended ? strings.typing : "");
    say(this.#notice, notice && !(ended && notice === "ended") ? strings[notice] : "");
    const over = ended || notice === "full";
    this.#again.hidden = !over;
    if (this.#consent) this.#consent.hidden = over || !asksConsent;
    this.#composer.element.hidden = over || asksConsent;
    if (held && this.#stage() !== before) this.#focusInside();
  }

  unread(count: number): void {
    this.#drawLauncher(count);
  }

  noted(state: NotedState): void {
    this.#composer.noted.render(state);
  }

  /** Puts words into the visitor's mouth, for them to send or change. */
  compose(text: string): void {
    this.#composer.text = text;
  }

  #ask(show: boolean): void {
    this.#confirm.hidden = !show;
    if (show) this.#confirm.querySelector("button")?.focus();
    else this.#focusInside();
  }

  /** What stands below the messages: whichever of the three is shown. */
  #stage(): HTMLElement {
    return [this.#again, this.#consent].find((part) => part && !part.hidden) ?? this.#composer.element;
  }

  #focusInside(): void {
    const stage = this.#stage();
    if (stage === this.#composer.element) this.#composer.focus();
    else stage.querySelector("button")?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !composes(event)) {
      event.preventDefault();
      if (this.#confirm.hidden) this.setOpen(false);
      else this.#ask(false);
    } else if (event.key === "Tab" && this.#narrow.matches) {
      this.#keepFocus(event);
    }
  }

  /** Over the whole page there is nothing behind the dialog to go to. */
  #keepFocus(event: KeyboardEvent): void {
    const stops = [...this.#panel.querySelectorAll<HTMLElement>("button, textarea, input, a[href], [tabindex='0']")].filter(
      (stop) => stop.getClientRects().length > 0,
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.#root.activeElement;
    if (event.shiftKey && now === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && now === last) {
      event.preventDefault();
      first?.focus();
    }
  }

  #drawLauncher(unread: number): void {
    const { openChat, hideChat, unread: news } = this.#locale.strings;
    const count = unread > 0 ? `${news} ${unread}` : "";
    const name = this.#open ? hideChat : count ? `${openChat}. ${count}` : openChat;
    say(this.#news, count);
    setAttribute(this.#launcher, "aria-label", name);
    setAttribute(this.#launcher, "aria-expanded", this.#open ? "true" : "false");
    this.#badge.textContent = unread > 99 ? "99+" : String(unread);
    this.#badge.hidden = unread === 0;
    this.#launcher.replaceChildren(icon(this.#open ? ICONS.down : ICONS.chat), this.#badge);
  }
}
