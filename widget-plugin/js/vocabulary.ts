// The engine's languages. It has English itself; the others are files of two to four kB, each loaded when it is
// needed: scripts, so that every bundler and every content security policy that lets the engine's script in
// lets them in too.

import { addVocabulary } from "./engine.js";
import type { Language as Known } from "./languages.js";

type Language = Exclude<Known, "en">;

const FILES: Readonly<Record<Language, () => Promise<{ readonly default: string }>>> = {
  ar: () => import("./vocabulary/ar.bin.js"),
  de: () => import("./vocabulary/de.bin.js"),
  es: () => import("./vocabulary/es.bin.js"),
  fr: () => import("./vocabulary/fr.bin.js"),
  hi: () => import("./vocabulary/hi.bin.js"),
  it: () => import("./vocabulary/it.bin.js"),
  ja: () => import("./vocabulary/ja.bin.js"),
  nl: () => import("./vocabulary/nl.bin.js"),
  pl: () => import("./vocabulary/pl.bin.js"),
  pt: () => import("./vocabulary/pt.bin.js"),
  sv: () => import("./vocabulary/sv.bin.js"),
  th: () => import("./vocabulary/th.bin.js"),
  tr: () => import("./vocabulary/tr.bin.js"),
  zh: () => import("./vocabulary/zh.bin.js"),
};

/** The languages that can be loaded (ISO 639-1); English is always there. */
export const LANGUAGES = Object.keys(FILES) as readonly Language[];

/**
 * Adds the languages of some BCP 47 tags to the engine: `loadVocabulary(["de-AT", ...navigator.languages])`.
 * Those that are there already, or that nobody knows, are passed over. `ready` is the engine's `init()`,
 * where that has not settled yet: both are fetched at the same time then.
 *
 * Rejects when a file cannot be loaded; those that could be are there all the same.
 */
export async function loadVocabulary(tags: readonly (string | null | undefined)[], ready?: Promise<unknown>): Promise<void> {
  const codes = new Set(tags.map((tag) => tag?.split(/[-_]/)[0]?.toLowerCase()));
  const add = async (language: Language): Promise<void> => {
    const [{ default: file }] = await Promise.all([FILES[language](), ready]);
    addVocabulary(Uint8Array.from(atob(file), (byte) => byte.charCodeAt(0)));
  };
  const wanted = LANGUAGES.filter((language) => codes.has(language));
  const failed = (await Promise.allSettled(wanted.map(add))).find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}
