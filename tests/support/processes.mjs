// The processes of this machine, as Linux lists them under /proc.

import { readFileSync, readdirSync } from "node:fs";

/** Their ids. */
export const pids = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);

/**
 * What the kernel tells of one (proc_pid_stat(5)): its name, parent and group, and the seconds of the processor that it has
 * taken. None of one that has ended.
 */
export function status(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The name may hold anything, spaces and brackets too.
  const [from, to] = [text.indexOf("("), text.lastIndexOf(")")];
  const fields = text.slice(to + 2).split(" ").map(Number);
  const [, parent, group] = fields;
  // Linux counts in hundredths for programs, whatever it does itself.
  return { name: text.slice(from + 1, to), parent, group, processor: (fields[11] + fields[12]) / 100 };
}
