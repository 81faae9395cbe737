// The HTTP API as the widget uses it; `crates/core/src/api/mod.rs` is the definition.

import type { Found, Kind, KnownFacts, Marker, SerializedSession } from "./engine.js";

export type Role = "customer" | "bot" | "agent" | "system";

export type Status =
  | "queued"
  | "in-progress"
  | "completed"
  | "failed"
  | "busy"
  | "no-answer"
  | "voicemail";

export interface Message {
  id: string;
  /** Place in the conversation, from 0, without gaps. */
  seq: number;
  role: Role;
  /** What was said; for `system` a marker. */
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface NewConversation {
  visitor_token?: string;
  locale?: string;
  region?: string;
  known?: Kind[];
}

export interface ConversationOpened {
  conversation_id: string;
  visitor_id: string;
  visitor_token: string;
  status: Status;
  revision: number;
  messages: number;
  session: SerializedSession;
}

export interface MessageAccepted {
  message: Message;
  duplicate: boolean;
  found: Found[];
  ask: { field: Kind; message: Message } | null;
  reason: string;
}

export interface MessagePage {
  status: Status;
  messages: Message[];
  read: ReadMarks;
}

/** The highest place that each side has seen. */
export interface ReadMarks {
  customer: number | null;
  agent: number | null;
}

export interface NewFact {
  field: Kind;
  /** Null removes what was noted. */
  value: string | null;
}

export interface FactsAmended {
  messages: number;
  session: SerializedSession;
}

export interface NewPresence {
  typing?: boolean;
  read?: number;
}

export interface ConversationState {
  conversation_id: string;
  status: Status;
  revision: number;
  messages: number;
  transferred: boolean;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

export type ServerFrame =
  | { type: "message"; message: Message }
  | ({ type: "accepted" } & MessageAccepted)
  | ({ type: "state" } & ConversationState)
  | { type: "presence"; role: Role; typing: boolean; read: ReadMarks }
  | { type: "draft"; id: string; text: string | null }
  | { type: "problem"; problem: Problem };

export type ClientFrame = { type: "presence" } & NewPresence;

/** Longest text of one message, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 8 * 1024;

/** What the server's memory of a conversation says of the visitor; `Session` in the core. */
export function factsIn(session: SerializedSession): KnownFacts {
  const kept = (session["facts"] ?? {}) as Partial<Record<Kind, { value: string }>>;
  const facts: KnownFacts = {};
  for (const kind of ["name", "email", "phone"] as const) {
    const value = kept[kind]?.value;
    if (value !== undefined) facts[kind] = value;
  }
  return facts;
}

/** The id of the question that follows a visitor's message, the same in prediction and answer. */
export function askId(messageId: string): string {
  return `ask-${messageId}`;
}

export function isEnded(status: Status | null): boolean {
  return status !== null && status !== "queued" && status !== "in-progress";
}

const MARKERS: readonly string[] = ["handoff", "transferred", "reopened", "resolved", "closed"] satisfies Marker[];

/** What a `system` message says, or null for one that is newer than this widget. */
export function asMarker(text: string): Marker | null {
  return MARKERS.includes(text) ? (text as Marker) : null;
}
