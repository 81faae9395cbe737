// Refusals, in the visitor's terms.

import type { ApiError } from "./api.js";

/** What the visitor should know; one sentence each in `strings.ts`. */
export type Notice = "offline" | "trouble" | "unavailable" | "tooLong" | "full" | "ended";

export function noticeOf(error: ApiError): Notice {
  switch (error.code) {
    case "message_too_large":
    case "body_too_large":
      return "tooLong";
    case "conversation_full":
      return "full";
    case "conversation_closed":
      return "ended";
    case "network":
      return "offline";
    default:
      return error.retryable ? "trouble" : "unavailable";
  }
}
