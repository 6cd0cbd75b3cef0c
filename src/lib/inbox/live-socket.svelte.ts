import { PING, PING_MS, PONG } from '../domain/protocol';

/** `connecting`: the first try; `reconnecting`: it was open or failed, trying again; `offline`: the machine has no network. */
export type LiveState = 'connecting' | 'open' | 'reconnecting' | 'offline';

type Options<In> = {
  /** Asked on every try, so that it can name what is wanted by then. Path or absolute `ws(s):` URL. */
  url: () => string;
  onframe: (frame: In) => void;
  /** Every time it opens; `again` is false the first time. Catch up here. */
  onopen?: (again: boolean) => void;
  /** Every time a try has failed; `tries` in a row so far. A socket cannot say why: ask by procedure call whether we are signed out. */
  onfail?: (tries: number) => void;
};

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** A connection that was silent while the page slept has this long to prove itself. */
const PROBE_MS = 4_000;
/** An opening handshake that takes longer is given up; browsers wait for minutes. */
const OPENING_MS = 10_000;

/** How long to wait before try number `tries` (from 0): doubling, and spread so that a deploy's crowd does not return as one. */
export function backOffMs(tries: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** tries);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/**
 * A WebSocket that stays: pings, notices silence, comes back by itself after a drop, a sleep or a lost network. Frames are JSON of
 * our own server, typed by `domain/protocol` as procedure outputs are by the router. `open()` and `close()` belong to an effect.
 */
export class LiveSocket<In, Out = never> {
  #state: LiveState = $state('connecting');
  readonly #options: Options<In>;
  #socket: WebSocket | null = null;
  #wanted = false;
  #everOpen = false;
  #tries = 0;
  #unansweredPings = 0;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options<In>) {
    this.#options = options;
  }

  get state(): LiveState {
    return this.#state;
  }

  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#sleep);
    document.addEventListener('visibilitychange', this.#look);
    this.#connect();
  }

  close(): void {
    this.#wanted = false;
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#sleep);
    document.removeEventListener('visibilitychange', this.#look);
    this.#drop();
  }

  /** Sends a frame if the connection is open; false if not. What must not be lost goes by procedure call instead. */
  send(frame: Out): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect(): void {
    this.#drop();
    if (!this.#wanted) return;
    if (!navigator.onLine) {
      this.#state = 'offline';
      return;
    }
    this.#state = this.#everOpen || this.#tries > 0 ? 'reconnecting' : 'connecting';
    const url = new URL(this.#options.url(), location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#probeTimer = setTimeout(() => this.#lost(socket), OPENING_MS);
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = (event) => this.#heard(socket, event.data);
    socket.onclose = () => this.#lost(socket);
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#probeTimer);
    const again = this.#everOpen;
    this.#everOpen = true;
    this.#unansweredPings = 0;
    this.#state = 'open';
    this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
    this.#options.onopen?.(again);
  }

  #heard(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== 'string') return;
    // Only what is heard proves that a connection works: one that opens and dies at once keeps backing off.
    this.#tries = 0;
    this.#unansweredPings = 0;
    clearTimeout(this.#probeTimer);
    if (data === PONG) return;
    const frame: In = JSON.parse(data);
    this.#options.onframe(frame);
  }

  #ping(): void {
    if (this.#unansweredPings >= 2) {
      this.#retry(0);
      return;
    }
    this.#unansweredPings += 1;
    this.#socket?.send(PING);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#retry(backOffMs(this.#tries, Math.random()));
    this.#tries += 1;
    this.#options.onfail?.(this.#tries);
  }

  #retry(delayMs: number): void {
    this.#drop();
    this.#state = navigator.onLine ? 'reconnecting' : 'offline';
    this.#retryTimer = setTimeout(() => this.#connect(), delayMs);
  }

  #drop(): void {
    clearInterval(this.#pingTimer);
    clearTimeout(this.#probeTimer);
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** The network is back: whatever the old connection says, start a fresh one. */
  readonly #wake = (): void => {
    this.#tries = 0;
    this.#connect();
  };

  readonly #sleep = (): void => {
    this.#drop();
    this.#state = 'offline';
  };

  /** Back on screen: a phone or laptop may have slept through the death of its connection. */
  readonly #look = (): void => {
    if (document.visibilityState !== 'visible') return;
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      if (this.#state !== 'offline') this.#wake();
      return;
    }
    socket.send(PING);
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(() => {
      if (socket === this.#socket) this.#retry(0);
    }, PROBE_MS);
  };
}
