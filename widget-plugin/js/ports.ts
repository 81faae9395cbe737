// What a conversation needs of the page, and what it tells it.

import type { Api, ApiError } from "./api.js";
import type { Delay } from "./backoff.js";
import type { Engine } from "./memory.js";
import type { Store } from "./store.js";
import type { Line } from "./transcript.js";
import type { NewConversation } from "./wire.js";

export interface ConversationPort {
  api: Api;
  store: Store;
  /** Null where WebAssembly is not to be had: then only the server notices and asks. */
  engine(): Engine | null;
  /** A token of the site's server that says who the visitor is; null where the site has given none. */
  identity(): string | null;
  /** How a conversation begins here. */
  begin(): NewConversation;
  connect(url: string, protocols: string[]): WebSocket | null;
  now(): number;
  newId(): string;
  random(): number;
  delay: Delay;
  online(): boolean;
  visible(): boolean;
}

export interface ConversationEvents {
  changed(): void;
  /** Somebody else said something that the visitor has not seen here yet. */
  heard(line: Line): void;
  /** So many answers came while no page of the visitor's was there to show them. */
  missed(count: number): void;
  /** What was kept of an earlier visit is worth nothing any more, and has been forgotten. */
  outdated(): void;
  /** A refusal in the developer's words. */
  refused(error: ApiError): void;
}
