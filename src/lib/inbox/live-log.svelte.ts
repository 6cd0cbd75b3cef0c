import type { Message } from '../domain/message';
import type { ClientFrame, ThreadFrame } from '../domain/protocol';
import type { Summary } from '../domain/summary';
import { LiveSocket, type LiveState } from './live-socket.svelte';
import { rejectionOf, type ThreadApi } from './thread-api';
import { applyFrame, applyLoaded, applyOlder, type StateFrame, type ThreadLog } from './thread-log';

export type ThreadStatus = 'loading' | 'ready' | 'notFound' | 'failed';

type Deps = {
  id: string;
  api: Pick<ThreadApi, 'get' | 'messages'>;
  /** It says something new. */
  replaced(log: ThreadLog): void;
  /** The connection stands, for the first time or again. */
  connected(): void;
  /** What the connection tells of people. */
  heard(frame: Extract<ThreadFrame, { type: 'presence' | 'asked' }>): void;
};

/** What is said in a conversation, loaded from its end and kept live over a connection that others may speak over, too. */
export class LiveLog {
  readonly #deps: Deps;
  readonly #socket: LiveSocket<ThreadFrame, ClientFrame>;
  #status = $state<ThreadStatus>('loading');
  #log = $state.raw<ThreadLog | null>(null);
  #loadingOlder = $state(false);
  #olderFailed = $state(false);
  /** Frames that came before there was a log to apply them to. */
  #early: StateFrame[] = [];
  #isClosed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#socket = new LiveSocket({
      url: () => `/live/conversations/${deps.id}${this.#log ? `?version=${this.#log.version}` : ''}`,
      onframe: (frame) => this.#take(frame),
      onopen: (again) => this.#opened(again),
    });
  }

  get status(): ThreadStatus { return this.#status; } // prettier-ignore
  get live(): LiveState { return this.#socket.state; } // prettier-ignore
  get conversation(): Summary | null { return this.#log?.conversation ?? null; } // prettier-ignore
  get messages(): Message[] { return this.#log?.messages ?? []; } // prettier-ignore
  get hasMore(): boolean { return this.#log?.hasMore ?? false; } // prettier-ignore
  get isLoadingOlder(): boolean { return this.#loadingOlder; } // prettier-ignore
  /** Earlier messages are there, but could not be loaded. */
  get olderFailed(): boolean { return this.#olderFailed; } // prettier-ignore

  /** Connects and loads at once. */
  open(): void {
    this.#socket.open();
    void this.load();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.close();
  }

  /** Says something to the conversation; false when there is no connection. */
  say(frame: ClientFrame): boolean {
    return this.#socket.send(frame);
  }

  /** Loads the latest messages; again after a failure. */
  async load(): Promise<void> {
    if (this.#status === 'failed') this.#status = 'loading';
    try {
      const loaded = await this.#deps.api.get.query({ id: this.#deps.id });
      if (this.#isClosed) return;
      this.#replace(applyLoaded(this.#log, loaded));
      for (const frame of this.#early.splice(0)) this.#apply(frame);
      // What happened between the reading and the opening of the socket is asked for by number.
      this.#resume();
    } catch (error) {
      if (this.#log === null) this.#status = rejectionOf(error)?.reason === 'not_found' ? 'notFound' : 'failed';
    }
  }

  /** Asks for the page before the first message, if there is one and none is on its way. */
  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasMore || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const page = await this.#deps.api.messages.query({ id: this.#deps.id, beforeSeq: first.seq });
      if (this.#log) this.#log = applyOlder(this.#log, page);
      this.#olderFailed = false;
    } catch {
      this.#olderFailed = true;
    } finally {
      this.#loadingOlder = false;
    }
  }

  /** A connection that names a version is caught up by the server; what failed for want of a network is tried again. */
  #opened(again: boolean): void {
    // The first one was asked for when there was no version to name yet.
    if (!again) this.#resume();
    if (this.#status === 'failed') void this.load();
    if (this.#olderFailed) void this.loadOlder();
    this.#deps.connected();
  }

  #resume(): void {
    if (this.#log) this.#socket.send({ type: 'resume', version: this.#log.version });
  }

  #take(frame: ThreadFrame): void {
    switch (frame.type) {
      case 'presence':
      case 'asked':
        this.#deps.heard(frame);
        break;
      case 'erased':
        this.#erased();
        break;
      case 'error':
        break;
      default:
        this.#apply(frame);
    }
  }

  /** There is nothing here any more. A reload would say the same. */
  #erased(): void {
    this.#log = null;
    this.#early = [];
    this.#status = 'notFound';
  }

  #apply(frame: StateFrame): void {
    if (this.#log === null && frame.type !== 'reset') {
      this.#early.push(frame);
      return;
    }
    const { log, resume } = applyFrame(this.#log, frame);
    if (log && log !== this.#log) this.#replace(log);
    if (resume) this.#resume();
  }

  #replace(log: ThreadLog): void {
    this.#log = log;
    this.#status = 'ready';
    this.#deps.replaced(log);
  }
}
