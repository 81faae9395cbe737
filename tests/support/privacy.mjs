// Plays real dialogues and messages full of names, e-mails and phones through the Worker, and scans all
// that leaves it: events as they are delivered, the log, and the day files in both forms.

import { setTimeout as sleep } from "node:timers/promises";
import { workspace } from "./api.mjs";
import { inParallel, play } from "./play.mjs";
import { Receiver } from "./receiver.mjs";
import { known, people, personal } from "./scan.mjs";
import { together } from "./together.mjs";
import { Worker } from "./worker.mjs";

const PER_CONVERSATION = 4;
const WIDTH = 6;
/** 2026-06-01T08:00:00Z, in seconds. */
const BEGIN = 1_780_300_800;
/** All of it may take so long; what is measured is not the time. */
const LIMIT_MS = 900_000;

/** Plays so many messages and these dialogues, and gives what was found, and how much was looked through. */
export async function scanned(messages, dialogues = []) {
  const made = people(messages);
  const talks = Array.from({ length: Math.ceil(messages / PER_CONVERSATION) }, (_, n) => ({
    id: `people-${n}`,
    conversation: made.slice(n * PER_CONVERSATION, (n + 1) * PER_CONVERSATION).flatMap(({ text }, turn) => {
      const at = BEGIN + n * 600 + turn * 60;
      return [{ role: "customer", text, at }, { role: n % 2 ? "bot" : "agent", text: "Thank you, noted.", at: at + 10 }];
    }),
  }));

  const [worker, receiver] = await together(
    Worker.start({ vars: { LOG_EVENTS: "1", LIMIT_TEAM: "1000000" } }),
    Receiver.start(),
  );
  try {
    // A name without digits: one made at random may hold what looks like a phone number.
    const space = await workspace(worker, { id: "scanned", webhook: receiver });
    const begun = Date.now();
    const played = await inParallel([...talks, ...dialogues], WIDTH, (record) => play(space.team, record));
    const all = { ...known(made) };
    const facts = { name: 0, email: 0, phone: 0 };
    await inParallel(played, WIDTH, async ({ id, revision }) => {
      const { facts: found } = await space.team.classified(id, revision, LIMIT_MS);
      for (const [kind, list] of [["name", "names"], ["email", "emails"], ["phone", "phones"]]) {
        if (!found[kind]) continue;
        facts[kind] += 1;
        if (!all[list].includes(found[kind].value)) all[list].push(found[kind].value);
      }
    });
    const overview = await space.team.settled(() => true, LIMIT_MS);
    receiver.assertSound();
    await worker.cron();
    const { items } = await space.team.get("/v1/exports");
    const files = [];
    for (const { day } of items) {
      for (const form of ["json", "ndjson"]) {
        const answer = await space.team.send("GET", `/v1/exports/${day}?form=${form}`);
        if (answer.status === 200) files.push(answer.text);
      }
    }
    await sleep(1_000);
    const rows = files.reduce((sum, text) => sum + text.split('"conversation_id":').length - 1, 0);
    const scan = (texts) => personal(texts.join("\n"), all);
    const events = receiver.requests.map(({ text }) => JSON.stringify(JSON.parse(text)));
    const found = { events: scan(events), log: scan([worker.log]), exports: scan(files) };
    const logged = worker.log.split('"specversion"').length - 1;
    return {
      conversations: played.length, messages: [...talks, ...dialogues].reduce((sum, t) => sum + t.conversation.length, 0),
      facts, known: Object.fromEntries(Object.entries(all).map(([kind, list]) => [kind, list.length])),
      events: receiver.events.length, blocked: overview.events_blocked, logged, log_bytes: worker.log.length,
      export_rows: rows, export_files: files.length, found, seconds: (Date.now() - begun) / 1000,
    };
  } finally {
    await worker.stop();
    await receiver.stop();
  }
}
