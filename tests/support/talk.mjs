// Conversations that tests hold: whole ones, and with articles, whose replies are waited for.

import { until } from "./until.mjs";

export const FAQ = `# Opening hours

We are open from Monday to Friday, nine to five.

# Returns and refunds

You can send back anything within 30 days of delivery. The money is refunded within five working days.

# Delivery times

Orders arrive within two to four working days. Express delivery takes one day.
`;

/** A conversation, opened so, in which a customer said these lines, once it has ended and is classified. */
export async function held(space, lines, action = "close", opened = {}) {
  const { conversation_id: id } = await space.team.open(opened);
  for (const text of lines) await space.team.say(id, text, { role: "customer" });
  await space.team.act(id, action);
  await space.team.classified(id);
  return id;
}

/** Publishes articles in a workspace. */
export function publish(space, text = FAQ) {
  const body = { files: [{ name: "faq.md", text }], publish: true };
  return space.team.expect(200, "POST", "/v1/articles/import", { body });
}

/** Sets how visitors are answered. */
export function replies(space, settings) {
  return space.team.expect(200, "PUT", "/v1/replies", { body: settings });
}

/** Says something as the visitor, and gives the automatic reply to it. */
export async function ask(talk, text, limit) {
  const { message } = await talk.visitor.say(talk.id, text);
  return until(`a reply to "${text}"`, async () => {
    const { messages } = await talk.visitor.messages(talk.id);
    return messages.find((m) => m.id === `auto-${message.seq}`);
  }, limit);
}

/** The names of the events that were told of a conversation, or all of them. */
export async function events(space, conversation) {
  const all = await space.team.all("/v1/events");
  return all.filter(({ event }) => !conversation || event.subject === conversation);
}
