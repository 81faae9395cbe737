// Crisp: on the page, over the documented `$crisp` queue of its chatbox (docs.crisp.chat, Web Chat SDK).

import type { PromptPolicy, PromptPolicyOptions, SerializedSession } from "../engine.js";
import type { EngineModule } from "./companion.js";

export type { EngineModule } from "./companion.js";

/** `window.$crisp`, before and after its script has loaded. */
export interface CrispQueue {
  push(command: readonly unknown[]): unknown;
}

export interface CrispOptions {
  engine: EngineModule;
  /** For conversations that begin from now on. */
  policy?: PromptPolicyOptions;
  /** Where what was said of the visitor, and what was asked, outlives the page view: by default `sessionStorage`, which
   * goes with the tab. Null keeps it for one page view. */
  storage?: Pick<Storage, "getItem" | "setItem"> | null;
}

interface CrispMessage {
  type?: unknown;
  content?: unknown;
}

/** What is kept, with personal data in it. */
interface Kept {
  /** Crisp's conversation that it belongs to; null until Crisp has told it. */
  id: string | null;
  session: SerializedSession;
}

const KEY = "askwell.crisp";
const PROFILE = { name: "user:nickname", email: "user:email", phone: "user:phone" } as const;

/**
 * Notices what the visitor writes into Crisp's profile of them, and shows the question for what is missing
 * in the chatbox. Answers how to stop.
 */
export function crisp(queue: CrispQueue, { engine, policy: options, storage = tabStorage() }: CrispOptions): () => void {
  const fresh = (): PromptPolicy => new engine.PromptPolicy(options ?? null, Date.now());
  let { policy, id } = kept();
  let asked: string | null = null;
  let stopped = false;

  function kept(): { policy: PromptPolicy; id: string | null } {
    try {
      const { id, session } = JSON.parse(storage?.getItem(KEY) ?? "null") as Kept;
      return { policy: engine.PromptPolicy.fromJSON(session), id };
    } catch {
      // None, or one of another version.
      return { policy: fresh(), id: null };
    }
  }
  const keep = (): void => {
    try {
      storage?.setItem(KEY, JSON.stringify({ id, session: policy.toJSON() } satisfies Kept));
    } catch {
      // Full or forbidden: then the next page view begins anew.
    }
  };
  // `off` takes every listener of an event with it, also the site's own: so ours stay, and do nothing.
  const on = <T>(event: string, heard: (told: T) => void): void => {
    queue.push(["on", event, (told: T) => void (stopped || heard(told))]);
  };
  const text = ({ type, content }: CrispMessage): string | null =>
    type === "text" && typeof content === "string" ? content : null;

  on("session:loaded", (session: unknown) => {
    if (typeof session !== "string" || session === id) return;
    if (id !== null) {
      // Another visitor, or the same one after a reset.
      policy.free();
      policy = fresh();
      asked = null;
    }
    id = session;
    keep();
  });
  on("message:sent", (message: CrispMessage) => {
    const said = text(message);
    if (said === null) return;
    const known = policy.facts();
    const { ask, confirm } = policy.visitorMessage(said, Date.now());
    const facts = policy.facts();
    for (const kind of ["name", "email", "phone"] as const) {
      const value = facts[kind];
      if (value !== undefined && value !== known[kind]) queue.push(["set", PROFILE[kind], [value]]);
    }
    keep();
    const question = ask ?? confirm;
    if (!question) return;
    asked = question.text;
    queue.push(["do", "message:show", ["text", question.text]]);
  });
  on("message:received", (message: CrispMessage) => {
    const said = text(message);
    // What is shown as the team's may come back as received; the policy knows its own question.
    if (said === null || said === asked) return;
    policy.agentMessage(said, Date.now());
    keep();
  });
  return () => {
    if (stopped) return;
    stopped = true;
    policy.free();
  };
}

/** Null where the browser's settings forbid it. */
function tabStorage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
