// All languages for an engine that has English.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./worker.mjs";

const DIST = join(ROOT, "widget-plugin", "dist", "vocabulary");

/** Adds every vocabulary of the package. */
export async function addAll(engine) {
  for (const name of readdirSync(DIST)) {
    const { default: file } = await import(pathToFileURL(join(DIST, name)).href);
    engine.addVocabulary(Buffer.from(file, "base64"));
  }
}
