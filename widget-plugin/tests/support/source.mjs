// The TypeScript modules as they are, for tests of single parts.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

export const PACKAGE = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const DIST = join(PACKAGE, "dist");

/** Imports `js/NAME.ts`. */
export async function source(name) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: PACKAGE,
    entryPoints: [`js/${name}.ts`],
    bundle: true,
    format: "esm",
    external: ["./engine.js"],
    write: false,
    logLevel: "silent",
  });
  const file = join(PACKAGE, "build", "tests", `${name.replace("/", "-")}-${process.pid}.mjs`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outputFiles[0].text);
  return import(pathToFileURL(file).href);
}
