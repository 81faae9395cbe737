// Chromium as a visitor has it, and the widget in it as a visitor meets it: by roles and names.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export { launch } from "./chromium.mjs";

export const DESKTOP = { viewport: { width: 1280, height: 800 }, locale: "en-US" };
export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: "en-US",
};

/** Where pictures of a failing or a passing run are looked at. */
export function pictures() {
  return process.env.ASKWELL_PICTURES || mkdtempSync(join(tmpdir(), "askwell-pictures-"));
}

/** A page with the widget, and all that went wrong in it. */
export class Chat {
  troubles = [];

  constructor(page) {
    this.page = page;
    page.on("pageerror", (error) => this.troubles.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.troubles.push(`console: ${message.text()}`);
    });
  }

  get launcher() {
    return this.page.getByRole("button", { name: "Open chat" });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  get input() {
    return this.dialog.getByRole("textbox", { name: "Write a message" });
  }

  get log() {
    return this.dialog.getByRole("log");
  }

  /** Waits until the log shows a line that matches. */
  async shows(pattern) {
    await this.log.getByText(pattern).last().waitFor({ timeout: 20_000 });
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press("Enter");
    await this.shows(text);
  }

  /** Ends the conversation, which the widget asks about first. */
  async end() {
    await this.dialog.getByRole("button", { name: "End chat" }).first().click();
    await this.dialog.getByRole("group").getByRole("button", { name: "End chat" }).click();
    await this.dialog.getByRole("button", { name: "Start a new chat" }).waitFor();
  }

  /** What the browser keeps of the page. */
  async stored() {
    const cookies = await this.page.context().cookies();
    const areas = await this.page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    return { ...areas, cookies };
  }
}

export const NOTHING_STORED = { local: [], session: [], databases: [], cookies: [] };
