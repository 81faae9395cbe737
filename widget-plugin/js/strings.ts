// Everything the widget says. Each language of the first rank is a file of its own, and a visitor
// loads one.

import type { Notice } from "./notice.js";
import type { Language } from "./languages.js";

/** What only the page itself can know: said until the visitor writes on. */
export type LocalNotice = "tooLong" | "noFiles" | "unsaved";

export type Strings = Record<Notice | LocalNotice, string> & {
  title: string;
  greeting: string;
  openChat: string;
  hideChat: string;
  /** Before the number of messages not seen yet. */
  unread: string;
  messages: string;
  placeholder: string;
  send: string;
  you: string;
  team: string;
  assistant: string;
  /** Before what was noticed of the visitor. */
  noted: string;
  /** Before a likelier spelling of an e-mail address. */
  didYouMean: string;
  name: string;
  email: string;
  phone: string;
  correct: string;
  remove: string;
  save: string;
  cancel: string;
  /** A corrected value is none of its kind. */
  invalid: string;
  sending: string;
  sent: string;
  seen: string;
  notSent: string;
  retry: string;
  typing: string;
  /** The button below the owner's consent text. */
  agree: string;
  /** The link below it. */
  learnMore: string;
  endChat: string;
  endQuestion: string;
  keepChatting: string;
  newChat: string;
  handoff: string;
  transferred: string;
  reopened: string;
};

export interface Locale {
  /** The language that is spoken. */
  lang: Language;
  dir: "ltr" | "rtl";
  strings: Strings;
}

type Load = () => Promise<{ default: Strings }>;

// Written out, because bundlers follow only what they can read.
const LOCALES: Record<Language, Load> = {
  ar: () => import("./locales/ar.js"),
  de: () => import("./locales/de.js"),
  en: () => import("./locales/en.js"),
  es: () => import("./locales/es.js"),
  fr: () => import("./locales/fr.js"),
  hi: () => import("./locales/hi.js"),
  it: () => import("./locales/it.js"),
  ja: () => import("./locales/ja.js"),
  nl: () => import("./locales/nl.js"),
  pl: () => import("./locales/pl.js"),
  pt: () => import("./locales/pt.js"),
  sv: () => import("./locales/sv.js"),
  th: () => import("./locales/th.js"),
  tr: () => import("./locales/tr.js"),
  zh: () => import("./locales/zh.js"),
};

/** How long after it has failed a file of words is asked for once more. */
const AGAIN_MS = 1_000;

/** The words of a language; English where they cannot be had, which is better than no chat. */
export async function localeOf(lang: Language): Promise<Locale> {
  const words = (of: Language): Promise<Locale> =>
    LOCALES[of]().then(({ default: strings }) => ({ lang: of, dir: of === "ar" ? "rtl" : "ltr", strings }));
  try {
    return await words(lang);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return words(lang).catch(() => words("en"));
  }
}
