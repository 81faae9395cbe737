// The command line, `askwell`.

import { spawn } from "node:child_process";
import { ROOT } from "./worker.mjs";

/** Starts it: the binary that `cargo xtask test` has built, or one that cargo builds where it is not up to date. */
export function askwell(args, options) {
  const built = process.env.ASKWELL_CLI;
  if (built) return spawn(built, args, { cwd: ROOT, ...options });
  const run = ["run", "--quiet", "--locked", "--package", "askwell-cli", "--", ...args];
  return spawn("cargo", run, { cwd: ROOT, ...options });
}
