// Intercom: webhooks `conversation.user.created`, `conversation.user.replied` and
// `conversation.admin.replied`, the reply to a conversation, and the update of a contact.

import { type CompanionOptions, type Said, follow } from "./companion.js";
import { type Fetch, answer, instant, needSecret, same, send } from "./http.js";

export type { CompanionOptions, EngineModule, Kept, Memory, Refusal } from "./companion.js";
export type { AdapterError, Fetch } from "./http.js";

export interface IntercomOptions extends CompanionOptions {
  /** The app's access token. */
  token: string;
  /** The app's client secret: it signs the webhooks. */
  clientSecret: string;
  /** The teammate as whom to ask; one that no person uses. */
  adminId: string;
  /** By default `https://api.intercom.io`; others for Europe and Australia. */
  url?: string;
  fetch?: Fetch;
}

interface Part {
  id?: string;
  body?: string | null;
  created_at?: number;
  author?: { type?: string; id?: string };
}

interface Notification {
  topic?: string;
  data?: {
    item?: { id?: string; created_at?: number; source?: Part; conversation_parts?: { conversation_parts?: Part[] } };
  };
}

const TOPICS: Record<string, Said["by"]> = {
  "conversation.user.created": "visitor",
  "conversation.user.replied": "visitor",
  "conversation.admin.replied": "team",
};

/** Answers one call of the webhook, and the HEAD request by which Intercom tries the address first. */
export async function intercom(request: Request, options: IntercomOptions): Promise<Response> {
  needSecret("clientSecret", options.clientSecret);
  if (request.method === "HEAD") return new Response(null, { status: 200 });
  const body = await request.text();
  const signature = request.headers.get("X-Hub-Signature") ?? "";
  const trusted = await same(signature, `sha1=${await hmacSha1(options.clientSecret, body)}`);
  return answer(body, trusted, (event) => take(event as Notification, options));
}

async function take({ topic, data }: Notification, options: IntercomOptions): Promise<void> {
  const by = TOPICS[topic ?? ""];
  const item = data?.item;
  if (!by || !item?.id) return;
  const created = item.source ? [{ created_at: item.created_at, ...item.source } as Part] : [];
  const parts = topic === "conversation.user.created" ? created : (item.conversation_parts?.conversation_parts ?? []);
  const said = parts
    .filter((part) => part.body && part.author?.id !== options.adminId)
    .map((part): Said => ({ id: String(part.id), by, text: plain(part.body ?? ""), at: instant(part.created_at) }));
  const contact = parts.find((part) => part.author?.type === "user" || part.author?.type === "lead")?.author?.id;
  const api = options.url ?? "https://api.intercom.io";
  const headers = { Authorization: `Bearer ${options.token}`, "Intercom-Version": "2.11", Accept: "application/json" };
  await follow(options, `intercom-${item.id}`, said, {
    note: async (learned) => {
      if (contact) await send(options.fetch, "PUT", `${api}/contacts/${contact}`, headers, learned);
    },
    ask: ({ text }) => {
      const reply = { message_type: "comment", type: "admin", admin_id: options.adminId, body: text };
      return send(options.fetch, "POST", `${api}/conversations/${item.id}/reply`, headers, reply);
    },
  });
}

async function hmacSha1(secret: string, body: string): Promise<string> {
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", text.encode(secret), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(body)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Intercom's bodies are HTML: the words of one, with line breaks. */
function plain(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/p>\s*<p[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const point = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .trim();
}
