// What all adapters share: another product's chat is listened to, what the visitor volunteers is
// written into its profile, and what is missing is asked for in it.

import type { Ask, KnownFacts, PromptPolicy, PromptPolicyOptions, SerializedSession } from "../engine.js";
import { AdapterError } from "./http.js";

/** One thing that was said in the other chat. */
export interface Said {
  /** The other product's id of the message: the same one twice is the same message. */
  id: string;
  by: "visitor" | "team";
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What is kept of one conversation; opaque JSON, with personal data in it. */
export interface Kept {
  session: SerializedSession;
  /** Messages that have been seen, newest last. */
  seen: string[];
}

/** Where it is kept. Two calls for the same conversation must not overlap: a Durable Object, or a row
 * that is locked. */
export interface Memory {
  load(conversation: string): Promise<Kept | null>;
  save(conversation: string, kept: Kept): Promise<void>;
}

/** The engine, loaded: `import * as engine from "askwell/engine"` after `await engine.default()`. */
export interface EngineModule {
  PromptPolicy: typeof PromptPolicy;
}

/** A change of a profile that the other product will not make, as when another profile has the e-mail address. */
export interface Refusal {
  /** As `Memory` has it. */
  conversation: string;
  /** What the profile lacks now; personal data. */
  learned: KnownFacts;
  /** Names the request and the status of its answer, and nothing of what was sent. */
  error: AdapterError;
}

export interface CompanionOptions {
  engine: EngineModule;
  memory: Memory;
  /** For conversations that begin from now on. */
  policy?: PromptPolicyOptions;
  /** Told of profiles that could not be changed; the conversation goes on. By default the console is. */
  onRefused?: (refusal: Refusal) => void | Promise<void>;
}

/** What can be done in the other product. */
export interface Product {
  /** Writes into the profile what has become known, or changed. */
  note(learned: KnownFacts): Promise<void>;
  /** Says it to the visitor. */
  ask(question: Ask): Promise<void>;
}

const KINDS = ["name", "email", "phone"] as const;

/** Webhooks come again when an answer was late; nobody repeats older ones than these. */
const SEEN = 50;

/**
 * Takes in what was said and does what follows from it in the other product. What that throws leaves everything
 * as it was, so that a repeated webhook does it again; only a profile that it will never take is left behind.
 */
export async function follow(
  { engine, memory, policy: options, onRefused = warn }: CompanionOptions,
  conversation: string,
  said: readonly Said[],
  product: Product,
): Promise<void> {
  const kept = await memory.load(conversation);
  const seen = [...(kept?.seen ?? [])];
  const fresh = said.filter((one) => one.text.trim() !== "" && !seen.includes(one.id));
  const [first] = fresh;
  if (!first) return;
  const policy = kept ? engine.PromptPolicy.fromJSON(kept.session) : new engine.PromptPolicy(options ?? null, first.at);
  try {
    const before = policy.facts();
    let ask: Ask | null = null;
    for (const { id, by, text, at } of fresh) {
      seen.push(id);
      if (by === "team") {
        policy.agentMessage(text, at);
        ask = null;
      } else {
        const outcome = policy.visitorMessage(text, at);
        ask = outcome.ask ?? outcome.confirm;
      }
    }
    const session = policy.toJSON();
    const learned = changes(before, policy.facts());
    if (Object.keys(learned).length > 0) {
      const refused = await note(product, learned);
      if (refused) await onRefused({ conversation, ...refused });
    }
    if (ask) await product.ask(ask);
    await memory.save(conversation, { session, seen: seen.slice(-SEEN) });
  } finally {
    policy.free();
  }
}

/** Writes what the other product takes, and answers what it never will. */
async function note(product: Product, learned: KnownFacts): Promise<Omit<Refusal, "conversation"> | null> {
  try {
    await product.note(learned);
    return null;
  } catch (error) {
    if (!(error instanceof AdapterError) || !error.final) throw error;
    const kinds = KINDS.filter((kind) => learned[kind] !== undefined);
    if (kinds.length < 2) return { learned, error };
    // Which of them it was is not said in one way by all products: the e-mail address of another does not cost the name.
    const alone = [];
    for (const kind of kinds) alone.push(await note(product, { [kind]: learned[kind] }));
    const refused = alone.filter((one) => one !== null);
    return refused[0] ? { learned: Object.assign({}, ...refused.map((one) => one.learned)) as KnownFacts, error: refused[0].error } : null;
  }
}

function warn({ error }: Refusal): void {
  console.warn(`askwell: a profile was not changed: ${error.message}.`);
}

function changes(before: KnownFacts, after: KnownFacts): KnownFacts {
  const learned: KnownFacts = {};
  for (const kind of KINDS) {
    const value = after[kind];
    if (value !== undefined && value !== before[kind]) learned[kind] = value;
  }
  return learned;
}
