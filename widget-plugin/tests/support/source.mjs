// The TypeScript modules as they are, for tests of single parts.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

export const PACKAGE = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const DIST = join(PACKAGE, "dist");

/** The exports of the named modules of `js/`, bundled once so that a class is the same in all. */
export async function source(...names) {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: names.map((name) => `export * from "./js/${name}.ts";`).join("\n"),
      resolveDir: PACKAGE,
    },
    bundle: true,
    format: "esm",
    external: ["./engine.js"],
    write: false,
    logLevel: "silent",
  });
  const file = join(PACKAGE, "build", "tests", `${names.join("-").replaceAll("/", "_")}-${process.pid}.mjs`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outputFiles[0].text);
  return import(pathToFileURL(file).href);
}
