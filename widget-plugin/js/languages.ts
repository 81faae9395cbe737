// Which languages the widget speaks, without their words: the loader needs no more.

const LANGUAGES = ["ar", "de", "en", "es", "fr", "hi", "it", "ja", "nl", "pl", "pt", "sv", "th", "tr", "zh"] as const;

/** ISO 639-1. */
export type Language = (typeof LANGUAGES)[number];

/** The first of the tags (BCP 47) whose language is known, else English. */
export function languageOf(tags: readonly (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const lang = LANGUAGES.find((known) => known === tag?.split(/[-_]/)[0]?.toLowerCase());
    if (lang) return lang;
  }
  return "en";
}

/** What a page says of its language, best first. */
export function ownTags(chosen: string | undefined): (string | undefined)[] {
  return [chosen, document.documentElement.lang];
}

/** And its browser after that. */
export function pageTags(chosen: string | undefined): (string | undefined)[] {
  return [...ownTags(chosen), ...navigator.languages];
}
