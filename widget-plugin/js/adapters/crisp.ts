// Crisp: on the page, over the documented `$crisp` queue of its chatbox (docs.crisp.chat, Web Chat SDK).

import type { PromptPolicy } from "../engine.js";

/** `window.$crisp`, before and after its script has loaded. */
export interface CrispQueue {
  push(command: readonly unknown[]): unknown;
}

interface CrispMessage {
  type?: unknown;
  content?: unknown;
}

const PROFILE = { name: "user:nickname", email: "user:email", phone: "user:phone" } as const;

/**
 * Notices what the visitor writes into Crisp's profile of them, and shows the question for what is missing
 * in the chatbox. Answers how to stop; the policy stays the caller's, to be freed by them.
 */
export function crisp(queue: CrispQueue, policy: Pick<PromptPolicy, "visitorMessage" | "agentMessage" | "facts">): () => void {
  let asked: string | null = null;
  let known = policy.facts();
  const text = ({ type, content }: CrispMessage): string | null =>
    type === "text" && typeof content === "string" ? content : null;

  queue.push(["on", "message:sent", (message: CrispMessage) => {
    const said = text(message);
    if (said === null) return;
    const { ask, confirm } = policy.visitorMessage(said, Date.now());
    const facts = policy.facts();
    for (const kind of ["name", "email", "phone"] as const) {
      const value = facts[kind];
      if (value !== undefined && value !== known[kind]) queue.push(["set", PROFILE[kind], [value]]);
    }
    known = facts;
    const question = ask ?? confirm;
    if (!question) return;
    asked = question.text;
    queue.push(["do", "message:show", ["text", question.text]]);
  }]);
  queue.push(["on", "message:received", (message: CrispMessage) => {
    const said = text(message);
    // What is shown as the team's may come back as received; the policy knows its own question.
    if (said === null || said === asked) return;
    policy.agentMessage(said, Date.now());
  }]);
  return () => {
    queue.push(["off", "message:sent"]);
    queue.push(["off", "message:received"]);
  };
}
