// Plays a recorded conversation through the API as another system would hand it over: everything that
// is sent carries an id of its own, so playing it again adds nothing.

/** What the team does for each marker of a transcript. */
const ACTIONS = {
  handoff: "handoff",
  transferred: "transfer",
  reopened: "reopen",
  resolved: "resolve",
  closed: "close",
};

/**
 * Plays what is not there yet of a recorded conversation, and closes it if the record does not. Gives
 * its id and how often it has closed. `acknowledged(turn)` is called for each turn that the API has answered for.
 */
export async function play(team, record, { acknowledged = () => {}, prefix = "" } = {}) {
  const [language, region] = (record.locale ?? "").split("-");
  const opened = await team.open(
    {
      recorded: true,
      platform: record.platform ?? "api",
      platform_conversation_id: prefix + record.id,
      visitor_ref: prefix + (record.visitor ?? record.id),
      direction: record.conversation[0]?.role === "agent" ? "outbound" : "inbound",
      ...(language ? { locale: record.locale } : {}),
      ...(region ? { region } : {}),
    },
    { headers: { "idempotency-key": prefix + record.id } },
  );
  const id = opened.conversation_id;
  let { revision } = opened;
  const act = async (action, at) => {
    ({ revision } = await team.act(id, action, { at }));
  };
  const there = (await team.messages(id)).messages;
  const said = new Set(there.map((message) => message.id));
  const done = {};
  for (const { role, text } of there) {
    if (role === "system") done[text] = (done[text] ?? 0) + 1;
  }
  let open = true;
  for (const [index, { role, text, at }] of record.conversation.entries()) {
    if (role === "system") {
      open = text !== "resolved" && text !== "closed";
      if (done[text] > 0) done[text] -= 1;
      else await act(ACTIONS[text], at * 1000);
    } else if (!said.has(`turn-${index}`)) {
      await team.say(id, text, { id: `turn-${index}`, role, at: at * 1000 });
    }
    acknowledged({ conversation: id, index, role, text });
  }
  if (open && !(done.closed > 0)) {
    await act("close", record.conversation.at(-1).at * 1000);
  }
  return { id, revision };
}

/** Runs `work` for each item, `width` at a time; gives the results in order. */
export async function inParallel(items, width, work) {
  const results = Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
