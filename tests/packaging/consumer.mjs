// Somebody who installs the package: a folder of their own with the packed package in its
// node_modules, and nothing else of the repository but the tools they would use.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../support/worker.mjs";

const require = createRequire(import.meta.url);

/** The script behind a tool's command. */
export function tool(name, file) {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

/** The package as npm would publish it, unpacked once. */
export function pack() {
  const folder = mkdtempSync(join(tmpdir(), "askwell-package-"));
  const options = { cwd: join(ROOT, "widget-plugin"), encoding: "utf8" };
  const packed = spawnSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], options);
  assert.equal(packed.status, 0, packed.stderr);
  const tar = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  const unpacked = spawnSync("tar", ["-xzf", join(folder, tar), "-C", folder], { encoding: "utf8" });
  assert.equal(unpacked.status, 0, unpacked.stderr);
  return { folder: join(folder, "package"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export class Consumer {
  /** `files` are by path; `type` is the package's own. */
  constructor(packed, files, type = "module") {
    this.folder = mkdtempSync(join(tmpdir(), "askwell-consumer-"));
    mkdirSync(join(this.folder, "node_modules"));
    // Copied, because tools look behind links and would find the repository.
    cpSync(packed.folder, join(this.folder, "node_modules", "askwell"), { recursive: true });
    for (const each of ["vite", "webpack"]) {
      symlinkSync(dirname(require.resolve(`${each}/package.json`)), join(this.folder, "node_modules", each));
    }
    this.write({ "package.json": JSON.stringify({ name: "consumer", private: true, type }), ...files });
  }

  write = (files) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  };

  /** Runs a script with Node.js and gives what it printed. */
  node(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.folder, encoding: "utf8" });
    assert.equal(status, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
