// What is measured: our widget, a page without one, and the chats whose makers publish them on npm.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE } from "../tests/support/source.mjs";
import { SITE_KEY } from "../tests/support/stub.mjs";

const FOLDER = join(PACKAGE, "build", "peers");

export const OWN = {
  name: "askwell",
  files: ["askwell.js", "widget.js", "locales/en.js"],
  tag: `<script async src="/askwell.js" data-key="${SITE_KEY}" data-locale="en"></script>`,
  ready: { host: "askwell-chat", inside: ".launcher" },
};

/** Set up as their own documentation says, with an address that leads nowhere for a server. */
export const PEERS = [
  {
    name: "@n8n/chat",
    version: "1.37.0",
    files: ["dist/chat.bundle.es.js", "dist/style.css"],
    tag: (base) => `<link rel="stylesheet" href="${base}/dist/style.css"><script type="module">import { createChat } from "${base}/dist/chat.bundle.es.js"; createChat({ webhookUrl: "/nowhere" });</script>`,
    ready: { host: ".chat-window-toggle" },
  },
  {
    name: "flowise-embed",
    version: "3.1.6",
    files: ["dist/web.js"],
    tag: (base) => `<script type="module">import Chatbot from "${base}/dist/web.js"; Chatbot.init({ chatflowid: "x", apiHost: location.origin + "/nowhere" });</script>`,
    ready: { host: "flowise-chatbot", inside: "button" },
  },
  {
    name: "@typebot.io/js",
    version: "0.10.7",
    files: ["dist/web.js"],
    tag: (base) => `<script type="module">import Typebot from "${base}/dist/web.js"; Typebot.initBubble({ typebot: "x", apiHost: location.origin + "/nowhere", theme: { button: {} } });</script>`,
    ready: { host: "typebot-bubble", inside: "button" },
  },
  {
    name: "deep-chat",
    version: "2.4.2",
    files: ["dist/deepChat.bundle.js"],
    tag: (base) => `<script type="module" src="${base}/dist/deepChat.bundle.js"></script><deep-chat></deep-chat>`,
    ready: { host: "deep-chat", inside: "#text-input" },
  },
  {
    name: "botframework-webchat",
    version: "4.18.1",
    files: ["dist/webchat-minimal.js"],
    tag: (base) => `<div id="webchat" style="height: 400px"></div><script src="${base}/dist/webchat-minimal.js"></script><script>WebChat.renderWebChat({ directLine: WebChat.createDirectLine({ token: "x" }) }, document.getElementById("webchat"));</script>`,
    ready: { host: "#webchat form" },
  },
];

/** Where a peer's package lies; fetched once, null where the registry is out of reach. */
export function fetched({ name, version }) {
  const folder = join(FOLDER, `${name.replace("/", "-")}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(FOLDER, { recursive: true });
  const packed = spawnSync("npm", ["pack", "--silent", `${name}@${version}`], { cwd: FOLDER, encoding: "utf8" });
  const tar = packed.stdout?.trim().split("\n").at(-1);
  if (packed.status !== 0 || !tar) return null;
  const unpacked = spawnSync("tar", ["-xzf", tar], { cwd: FOLDER });
  rmSync(join(FOLDER, tar), { force: true });
  if (unpacked.status !== 0) return null;
  renameSync(join(FOLDER, "package"), folder);
  return folder;
}
