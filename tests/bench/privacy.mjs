// `node tests/bench/privacy.mjs MESSAGES [DIALOGUES]`: see tests/support/privacy.mjs. Prints one line of
// JSON.

import { readFileSync } from "node:fs";
import { scanned } from "../support/privacy.mjs";

const [messages, file] = [Number(process.argv[2] ?? 2_000), process.argv[3]];
const dialogues = file
  ? readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line))
  : [];
console.log(JSON.stringify(await scanned(messages, dialogues)));
process.exit(0);
