// What the adapters with a webhook share.

/** How the other product's API is reached; `fetch` by default. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The other product did not do what it was asked for. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";

  constructor(
    message: string,
    /** Of its answer; 0 where none came. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same request will be refused however often it is made. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** How long an answer is waited for, in milliseconds: a webhook whose call hangs would hold up all of its conversation. */
const LATEST_MS = 10_000;

/** Sends JSON; throws an `AdapterError` for anything but success. Never names what was sent. */
export async function send(
  fetch: Fetch | undefined,
  method: "POST" | "PUT" | "PATCH",
  url: string,
  headers: Record<string, string>,
  body: object,
): Promise<void> {
  const init = { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(LATEST_MS) };
  const request = `${method} ${new URL(url).pathname}`;
  const answer = await (fetch ?? globalThis.fetch)(url, init).catch((cause: unknown) => {
    throw new AdapterError(`${request} got no answer`, 0, { cause });
  });
  if (!answer.ok) throw new AdapterError(`${request} answered ${answer.status}`, answer.status);
}

/** Throws where a webhook's secret is missing: an empty one would let everybody in. */
export function needSecret(name: string, secret: unknown): void {
  if (typeof secret !== "string" || secret === "") throw new TypeError(`the option ${name} has to be a string that is not empty`);
}

/**
 * 200 when all went well, 401 for strangers, 400 for what is no JSON object. 500 when the other product could
 * not be reached or refused: of all products Chatwoot is the most particular, and repeats after 429 and 500 alone.
 */
export async function answer(body: string, trusted: boolean, take: (event: object) => Promise<void>): Promise<Response> {
  if (!trusted) return new Response("the signature or the secret is wrong", { status: 401 });
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    return new Response("this is no JSON", { status: 400 });
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    return new Response("this is no JSON object", { status: 400 });
  }
  try {
    await take(event);
  } catch (error) {
    if (error instanceof AdapterError) return new Response(error.message, { status: 500 });
    throw error;
  }
  return new Response(null, { status: 200 });
}

/** Compares two secrets in a time that does not tell how much of them is the same. */
export async function same(given: string, secret: string): Promise<boolean> {
  const digest = async (text: string) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [a, b] = await Promise.all([digest(given), digest(secret)]);
  return a.reduce((different, byte, i) => different | (byte ^ (b[i] ?? 0)), 0) === 0;
}

/** A number of seconds or an ISO date as milliseconds since 1970; now for anything else. */
export function instant(at: unknown): number {
  const ms = typeof at === "number" ? at * 1000 : typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isFinite(ms) ? ms : Date.now();
}
