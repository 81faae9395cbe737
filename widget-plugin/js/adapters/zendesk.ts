// Zendesk messaging: the `conversation:message` webhook of its Conversations API (Sunshine Conversations,
// version 2), the post of a message, and the update of a user's profile.

import { type CompanionOptions, type Said, follow } from "./companion.js";
import { type Fetch, answer, instant, needSecret, same, send } from "./http.js";

export type { CompanionOptions, EngineModule, Kept, Memory, Refusal } from "./companion.js";
export type { AdapterError, Fetch } from "./http.js";

export interface ZendeskOptions extends CompanionOptions {
  appId: string;
  /** An API key of the app and its secret. */
  keyId: string;
  keySecret: string;
  /** The webhook's shared secret: it comes as `X-API-Key`. */
  webhookSecret: string;
  /** By default `https://api.smooch.io`; for accounts of Zendesk `https://SUBDOMAIN.zendesk.com/sc`. */
  url?: string;
  fetch?: Fetch;
}

interface WebhookEvent {
  type?: string;
  payload?: {
    conversation?: { id?: string };
    message?: {
      id?: string;
      received?: string;
      author?: { type?: string; userId?: string };
      content?: { type?: string; text?: string };
      metadata?: Record<string, unknown> | null;
    };
  };
}

/** Answers one call of the webhook. */
export async function zendesk(request: Request, options: ZendeskOptions): Promise<Response> {
  needSecret("webhookSecret", options.webhookSecret);
  const trusted = await same(request.headers.get("X-API-Key") ?? "", options.webhookSecret);
  return answer(await request.text(), trusted, async (body) => {
    const { events } = body as { events?: WebhookEvent[] };
    if (Array.isArray(events)) for (const event of events) await take(event ?? {}, options);
  });
}

async function take({ type, payload }: WebhookEvent, options: ZendeskOptions): Promise<void> {
  const { conversation, message } = payload ?? {};
  if (type !== "conversation:message" || !conversation?.id || !message?.id) return;
  const { author, content, metadata } = message;
  // Our own question comes back too; it bears a mark.
  if (content?.type !== "text" || typeof content.text !== "string" || metadata?.["askwell"]) return;
  const by: Said["by"] = author?.type === "user" ? "visitor" : "team";
  const api = `${options.url ?? "https://api.smooch.io"}/v2/apps/${options.appId}`;
  const headers = { Authorization: `Basic ${btoa(`${options.keyId}:${options.keySecret}`)}` };
  const said = { id: message.id, by, text: content.text, at: instant(message.received) };
  await follow(options, `zendesk-${conversation.id}`, [said], {
    // Its profiles know no phone number.
    note: async ({ name, email }) => {
      const profile = { ...(name && { givenName: name }), ...(email && { email }) };
      if (!author?.userId || Object.keys(profile).length === 0) return;
      await send(options.fetch, "PATCH", `${api}/users/${author.userId}`, headers, { profile });
    },
    ask: ({ text }) => {
      const question = { author: { type: "business" }, content: { type: "text", text }, metadata: { askwell: true } };
      return send(options.fetch, "POST", `${api}/conversations/${conversation.id}/messages`, headers, question);
    },
  });
}
