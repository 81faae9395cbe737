// Chatwoot: the webhook of an agent bot (event `message_created`), its messages API and its contacts API.

import { type CompanionOptions, follow } from "./companion.js";
import { type Fetch, answer, instant, same, send } from "./http.js";

export interface ChatwootOptions extends CompanionOptions {
  /** Where Chatwoot is, `https://app.chatwoot.com` for one. */
  url: string;
  /** The agent bot's access token: it asks. */
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
  conversation?: { id?: number };
  account?: { id?: number };
}

/** Answers one call of the webhook. */
export async function chatwoot(request: Request, options: ChatwootOptions): Promise<Response> {
  const given = new URL(request.url).searchParams.get("secret") ?? "";
  return answer(await request.text(), await same(given, options.secret), (event) => take(event as MessageCreated, options));
}

async function take(event: MessageCreated, options: ChatwootOptions): Promise<void> {
  const { id, content, message_type: type, sender, conversation, account } = event;
  if (event.event !== "message_created" || event.private || !content || !conversation?.id || !account?.id) return;
  // The bot's own questions come back as outgoing messages.
  if ((type !== "incoming" && type !== "outgoing") || sender?.type === "agent_bot") return;
  const api = `${options.url.replace(/\/$/, "")}/api/v1/accounts/${account.id}`;
  const said = { id: String(id), by: type === "incoming" ? "visitor" : "team", text: content, at: instant(event.created_at) } as const;
  await follow(options, `chatwoot-${account.id}-${conversation.id}`, [said], async ({ learned, ask }) => {
    const { name, email, phone } = learned;
    // Chatwoot takes numbers with their country only.
    const contact = { ...(name && { name }), ...(email && { email }), ...(phone?.startsWith("+") && { phone_number: phone }) };
    if (options.userToken && sender?.id && Object.keys(contact).length > 0) {
      await send(options.fetch, "PUT", `${api}/contacts/${sender.id}`, { api_access_token: options.userToken }, contact);
    }
    if (ask) {
      const message = { content: ask.text, message_type: "outgoing" };
      await send(options.fetch, "POST", `${api}/conversations/${conversation.id}/messages`, { api_access_token: options.botToken }, message);
    }
  });
}
