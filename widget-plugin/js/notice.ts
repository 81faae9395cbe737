// What a refusal means: for the visitor, and for what was kept of an earlier visit.

import type { ApiError } from "./api.js";
import type { Saved } from "./store.js";

/** What the visitor should know; one sentence each in `strings.ts`. */
export type Notice = "offline" | "trouble" | "unavailable" | "tooLong" | "full" | "ended" | "ending";

export function noticeOf(error: ApiError): Notice {
  switch (error.code) {
    case "message_too_large":
    case "body_too_large":
      return "tooLong";
    case "conversation_full":
      return "full";
    case "conversation_closed":
    case "gone":
      return "ended";
    case "network":
      return "offline";
    default:
      return error.retryable ? "trouble" : "unavailable";
  }
}

/** Whether nothing can be said in this conversation any more. */
export function isOver(error: ApiError): boolean {
  return noticeOf(error) === "ended";
}

/** Whether the server does not know, or no longer accepts, what was kept of an earlier visit. */
export function isOutdated({ code }: ApiError, saved: Saved): boolean {
  // Erased, and nothing opens under its key or for its visitor again.
  if (code === "gone") return true;
  if (code === "unauthorized") return saved.body.visitor_token !== undefined;
  return saved.id !== null && (code === "not_found" || code === "idempotency_conflict" || code === "invalid_field");
}
