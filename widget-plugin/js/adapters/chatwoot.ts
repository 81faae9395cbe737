// Chatwoot: the webhook of an agent bot (event `message_created`), its APIs of messages, conversations and contacts.

import { type CompanionOptions, follow } from "./companion.js";
import { type Fetch, answer, instant, needSecret, same, send } from "./http.js";

export type { CompanionOptions, EngineModule, Kept, Memory, Refusal } from "./companion.js";
export type { AdapterError, Fetch } from "./http.js";

export interface ChatwootOptions extends CompanionOptions {
  /** Where Chatwoot is, `https://app.chatwoot.com` for one. */
  url: string;
  /** The agent bot's access token: it asks, and hands conversations on to the team. */
  botToken: string;
  /** An agent's access token, which may change contacts; without one nothing is written to them. */
  userToken?: string;
  /** Stands as `?secret=…` in the address that you give the bot. */
  secret: string;
  fetch?: Fetch;
}

interface MessageCreated {
  event?: string;
  id?: number | string;
  content?: string | null;
  message_type?: string;
  private?: boolean;
  created_at?: string | number;
  sender?: { id?: number; type?: string };
  conversation?: { id?: number; status?: string };
  account?: { id?: number };
}

/** Answers one call of the webhook. */
export async function chatwoot(request: Request, options: ChatwootOptions): Promise<Response> {
  needSecret("secret", options.secret);
  const given = new URL(request.url).searchParams.get("secret") ?? "";
  return answer(await request.text(), await same(given, options.secret), (event) => take(event as MessageCreated, options));
}

async function take(event: MessageCreated, options: ChatwootOptions): Promise<void> {
  const { id, content, message_type: type, sender, conversation, account } = event;
  if (event.event !== "message_created" || event.private || !conversation?.id || !account?.id) return;
  // The bot's own questions come back as outgoing messages.
  if ((type !== "incoming" && type !== "outgoing") || sender?.type === "agent_bot") return;
  const api = `${options.url.replace(/\/$/, "")}/api/v1/accounts/${account.id}`;
  const bot = { api_access_token: options.botToken };
  const here = `${api}/conversations/${conversation.id}`;
  // Where an inbox has a bot its conversations begin as pending, and are not shown to the team until the bot opens them.
  if (type === "incoming" && conversation.status === "pending") {
    await send(options.fetch, "POST", `${here}/toggle_status`, bot, { status: "open" });
  }
  if (typeof content !== "string") return;
  const said = { id: String(id), by: type === "incoming" ? "visitor" : "team", text: content, at: instant(event.created_at) } as const;
  await follow(options, `chatwoot-${account.id}-${conversation.id}`, [said], {
    note: async ({ name, email, phone }) => {
      // Chatwoot takes numbers with their country only.
      const contact = { ...(name && { name }), ...(email && { email }), ...(phone?.startsWith("+") && { phone_number: phone }) };
      if (!options.userToken || !sender?.id || Object.keys(contact).length === 0) return;
      await send(options.fetch, "PUT", `${api}/contacts/${sender.id}`, { api_access_token: options.userToken }, contact);
    },
    ask: ({ text }) => send(options.fetch, "POST", `${here}/messages`, bot, { content: text, message_type: "outgoing" }),
  });
}
