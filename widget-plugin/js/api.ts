// The requests, and what can go wrong with them. Nothing here decides when to ask again.

import type {
  ConversationOpened,
  FactsAmended,
  Message,
  MessageAccepted,
  MessagePage,
  NewConversation,
  NewFact,
  NewPresence,
  Problem,
} from "./wire.js";

/** Longest wait for an answer before the request counts as lost. */
const TIMEOUT_MS = 15_000;

/** A request that was refused, or did not get through. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The server's stable code, `network` without an answer, `unknown` without a code. */
    readonly code: string,
    message: string,
    /** How long the server wants to be left alone. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same request can succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 425 || this.status === 429 || this.status >= 500;
  }
}

export interface ApiOptions {
  /** Scheme, host and port, without a slash at the end. */
  base: string;
  siteKey: string;
  fetch: typeof fetch;
}

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** Begins a conversation, or finds the one that the same key began. */
  open(body: NewConversation, idempotencyKey: string): Promise<ConversationOpened> {
    const headers = { "Idempotency-Key": idempotencyKey };
    return this.#request("POST", "/v1/conversations", this.#options.siteKey, body, headers);
  }

  post(conversation: string, token: string, message: Pick<Message, "id" | "text">): Promise<MessageAccepted> {
    const { id, text } = message;
    return this.#request("POST", `${path(conversation)}/messages`, token, { id, text });
  }

  /** Messages after a place in the conversation; -1 for all. */
  messages(conversation: string, token: string, after: number): Promise<MessagePage> {
    const query = after < 0 ? "" : `?after=${after}`;
    return this.#request("GET", `${path(conversation)}/messages${query}`, token);
  }

  /** Corrects what was noted of the visitor, or has it removed. */
  amend(conversation: string, token: string, fact: NewFact): Promise<FactsAmended> {
    return this.#request("POST", `${path(conversation)}/facts`, token, fact);
  }

  /** Says who the visitor is, in the words of the site's server. */
  identify(conversation: string, token: string, jwt: string): Promise<FactsAmended> {
    return this.#request("POST", `${path(conversation)}/identity`, token, { token: jwt });
  }

  /** Says that the visitor is writing, or what they have seen. */
  async attend(conversation: string, token: string, presence: NewPresence): Promise<void> {
    await this.#request("POST", `${path(conversation)}/presence`, token, presence);
  }

  async close(conversation: string, token: string): Promise<void> {
    await this.#request("POST", `${path(conversation)}/actions`, token, { action: "close" });
  }

  socketUrl(conversation: string): string {
    return `${this.#options.base.replace(/^http/, "ws")}${path(conversation)}/socket`;
  }

  /** The protocols to offer: the one that is spoken, and the token, which has no place in an address. */
  socketProtocols(token: string): string[] {
    return ["askwell", token];
  }

  async #request<T>(
    method: string,
    route: string,
    bearer: string,
    body?: object,
    extra: Record<string, string> = {},
  ): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${bearer}`, ...extra };
    const init: RequestInit = { method, headers, credentials: "omit", cache: "no-store" };
    if (body) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await this.#options.fetch(this.#options.base + route, { ...init, signal: abort.signal });
      if (!response.ok) throw await refusal(response);
      return (await response.json()) as T;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      // No answer, half an answer, or one that a proxy made up: all worth another try.
      throw new ApiError(0, "network", String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

function path(conversation: string): string {
  return `/v1/conversations/${encodeURIComponent(conversation)}`;
}

async function refusal(response: Response): Promise<ApiError> {
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(
    response.status,
    typeof problem.code === "string" ? problem.code : "unknown",
    typeof problem.detail === "string" ? problem.detail : response.statusText,
    Number.isFinite(seconds) ? seconds * 1000 : null,
  );
}

/** What needs an open conversation waits for one. */
export const unopened = (): ApiError => new ApiError(0, "network", "the conversation is not open yet");
