// What the adapters with a webhook share.

/** How the other product's API is reached; `fetch` by default. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An answer of the other product that was no success. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Sends JSON; throws an `AdapterError` for anything but success. Never names what was sent. */
export async function send(
  fetch: Fetch | undefined,
  method: "POST" | "PUT" | "PATCH",
  url: string,
  headers: Record<string, string>,
  body: object,
): Promise<void> {
  const init = { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await (fetch ?? globalThis.fetch)(url, init);
  if (!answer.ok) throw new AdapterError(`${method} ${new URL(url).pathname} answered ${answer.status}`, answer.status);
}

/** 200 when all went well, 401 for strangers, 400 for what is no JSON, 502 so that it is sent again. */
export async function answer(body: string, trusted: boolean, take: (event: unknown) => Promise<void>): Promise<Response> {
  if (!trusted) return new Response("the signature or the secret is wrong", { status: 401 });
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    return new Response("this is no JSON", { status: 400 });
  }
  try {
    await take(event);
  } catch (error) {
    if (error instanceof AdapterError) return new Response(error.message, { status: 502 });
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
