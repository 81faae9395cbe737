// What comes from the server, and who is there: messages, drafts, presence, how the conversation stands. Heard over the
// socket, and fetched where something was missed.

import { ApiError } from "./api.js";
import { Draft } from "./draft.js";
import { Live } from "./live.js";
import type { ConversationPort } from "./ports.js";
import { Presence } from "./presence.js";
import type { Saved } from "./store.js";
import type { Line, Transcript } from "./transcript.js";
import type { Message, MessageAccepted, NewPresence, ServerFrame, Status } from "./wire.js";

export interface NewsPort {
  /** Set while the conversation is open here. */
  saved(): Saved | null;
  /** Of this beginning: another one has another. */
  transcript(): Transcript;
  /** How the conversation stands now. */
  stands(status: Status): void;
  /** The server has a message of the visitor's. */
  accepted(answer: MessageAccepted): void;
  /** A message has come that was not in the transcript. */
  received(message: Message): void;
  changed(): void;
}

export class News {
  readonly #page: ConversationPort;
  readonly #port: NewsPort;
  readonly #live: Live;
  readonly #presence: Presence;
  readonly #draft: Draft;
  #catchingUp: Promise<void> | null = null;

  constructor(page: ConversationPort, port: NewsPort) {
    this.#page = page;
    this.#port = port;
    const common = { changed: () => port.changed(), now: () => page.now(), delay: page.delay };
    this.#presence = new Presence({ ...common, tell: (presence) => this.#attend(presence) });
    this.#draft = new Draft(common);
    this.#live = new Live({
      connect: () => this.#connect(),
      frame: (frame) => this.#frame(frame),
      lost: () => this.#draft.lost(),
      catchUp: () => this.catchUp(),
      visible: () => page.visible(),
      delay: page.delay,
      random: () => page.random(),
    });
  }

  /** A reply that is being written, as far as it has come. */
  get draft(): Line | null {
    return this.#draft.line;
  }

  /** Whether a reply is being written. */
  get typing(): boolean {
    return this.#presence.typing || this.#draft.line !== null;
  }

  /** The highest place that the team has seen; -1 for none. */
  get seen(): number {
    return this.#presence.seen;
  }

  /** Whether the visitor has not had a place before their eyes, as far as the server knows. */
  isUnseen(seq: number | null): boolean {
    return this.#presence.isUnseen(seq);
  }

  /** The visitor is writing. */
  writing(): void {
    this.#presence.write();
  }

  /** The visitor has seen everything up to a place. */
  see(seq: number): void {
    this.#presence.see(seq);
  }

  start(): void {
    this.#live.start();
  }

  stop(): void {
    this.#live.stop();
  }

  /** The line may be back, or the page is seen again. */
  wake(): void {
    this.#live.wake();
  }

  /** From here on nothing that is under way is heard. */
  clear(): void {
    this.#live.stop();
    this.#catchingUp = null;
    this.#presence.clear();
    this.#draft.clear();
  }

  /** Fetches what may have been missed. Never rejects. */
  catchUp(): Promise<void> {
    const saved = this.#port.saved();
    if (!saved) return Promise.resolve();
    const catchingUp = (this.#catchingUp ??= this.fetch(saved)
      .catch((error: unknown) => error)
      .then((error) => {
        if (this.#catchingUp !== catchingUp) return;
        this.#catchingUp = null;
        // There will be no news of it.
        if (error instanceof ApiError && error.code === "gone") this.#live.stop();
        this.#port.changed();
      }));
    return catchingUp;
  }

  /** The messages after those that are known; rejects with an `ApiError`. */
  async fetch({ id, token }: Saved): Promise<void> {
    if (!id || !token) return;
    const transcript = this.#port.transcript();
    const page = await this.#page.api.messages(id, token, transcript.complete);
    if (transcript !== this.#port.transcript()) return;
    for (const message of page.messages) this.#receive(message);
    this.#presence.marks(page.read);
    this.#port.stands(page.status);
  }

  #connect(): WebSocket | null {
    const { id, token } = this.#port.saved() ?? {};
    return id && token ? this.#page.connect(this.#page.api.socketUrl(id), this.#page.api.socketProtocols(token)) : null;
  }

  #frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "message":
        this.#receive(frame.message);
        break;
      case "accepted":
        this.#port.accepted(frame);
        break;
      case "state":
        this.#port.stands(frame.status);
        break;
      case "draft":
        if (!this.#port.transcript().has(frame.id)) this.#draft.heard(frame.id, frame.text);
        return;
      case "presence":
        this.#presence.heard(frame.role, frame.typing, frame.read);
        return;
      default:
        // Messages are posted, so no frame of ours can have been refused; newer types are ignored.
        return;
    }
    if (this.#port.transcript().gap) void this.catchUp();
    this.#port.changed();
  }

  #receive(message: Message): void {
    this.#draft.said(message.id);
    if (!this.#port.transcript().put(message)) return;
    if (message.role === "agent") this.#presence.said();
    this.#port.received(message);
  }

  /** Over the socket, where there is one; what was seen is worth a request too. */
  #attend(presence: NewPresence): void {
    const { id, token } = this.#port.saved() ?? {};
    if (!id || !token || this.#live.send({ type: "presence", ...presence })) return;
    if (presence.read !== undefined) void this.#page.api.attend(id, token, presence).catch(() => undefined);
  }
}
