// Every language says everything, in its own words.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { DIST, source } from "./support/source.mjs";

const { languageOf } = await source("languages");

const files = readdirSync(join(DIST, "locales")).sort();
const locales = new Map();
for (const file of files) {
  locales.set(file.replace(".js", ""), (await import(pathToFileURL(join(DIST, "locales", file)).href)).default);
}
const english = locales.get("en");

it("has the fifteen languages of the first rank", () => {
  assert.deepEqual([...locales.keys()], ["ar", "de", "en", "es", "fr", "hi", "it", "ja", "nl", "pl", "pt", "sv", "th", "tr", "zh"]);
});

it("leaves nothing out, and nothing in English", () => {
  // Words that are the same in both languages.
  const shared = { de: ["name", "team"], fr: ["assistant", "messages"], nl: ["team"], it: ["team"] };
  for (const [code, strings] of locales) {
    assert.deepEqual(Object.keys(strings).sort(), Object.keys(english).sort(), code);
    for (const [key, text] of Object.entries(strings)) {
      assert.ok(text.trim() === text && text.length > 0, `${code}.${key}`);
      if (code !== "en" && !shared[code]?.includes(key)) assert.notEqual(text.toLowerCase(), english[key].toLowerCase(), `${code}.${key}`);
    }
  }
});

it("is written in the script of its language", () => {
  const scripts = { ar: "Arabic", hi: "Devanagari", ja: "Hiragana|Katakana|Han", th: "Thai", zh: "Han" };
  for (const [code, strings] of locales) {
    const own = new RegExp(`[${(scripts[code] ?? "Latin").split("|").map((s) => `\\p{Script=${s}}`).join("")}]`, "u");
    for (const [key, text] of Object.entries(strings)) assert.match(text, own, `${code}.${key}`);
  }
});

it("takes the first language that it knows", () => {
  assert.equal(languageOf(["xx", undefined, "pt-BR", "en"]), "pt");
  assert.equal(languageOf(["zh_TW"]), "zh");
  assert.equal(languageOf(["constructor", "EN-GB"]), "en");
  assert.equal(languageOf([null, ""]), "en");
});
