import { createSubscriber } from 'svelte/reactivity';

/** How often texts to the minute are renewed: often enough that none is visibly late, seldom enough to cost nothing. */
const MINUTE_TEXT_MS = 10_000;

/** A reading that is older than this was not only on its way. */
const LONGEST_TRIP_MS = 60_000;

/** The server's clock as the browser knows it. Ticks only while something on screen reads it. */
export class Clock {
  #skewMs: number;
  readonly #seconds = ticking(1_000);
  readonly #minutes = ticking(MINUTE_TEXT_MS);

  /** Both in epoch ms: the server's time, and the browser's at the moment it was received. */
  constructor(serverNow: number, receivedAt = Date.now()) {
    this.#skewMs = serverNow - receivedAt;
  }

  /**
   * A later reading. The trip only ever makes the server's time look older, so the larger difference is the truer one, unless the browser's
   * clock has been put forward since.
   */
  sync(serverNow: number, receivedAt = Date.now()): void {
    const skewMs = serverNow - receivedAt;
    if (skewMs > this.#skewMs || skewMs < this.#skewMs - LONGEST_TRIP_MS) this.#skewMs = skewMs;
  }

  /** Epoch ms of the server's clock, not reactive. */
  now(): number {
    return Date.now() + this.#skewMs;
  }

  /** The same, reactive, each second. */
  get second(): number {
    this.#seconds();
    return this.now();
  }

  /** The same, reactive, for texts to the minute. */
  get minute(): number {
    this.#minutes();
    return this.now();
  }
}

const ticking = (everyMs: number) =>
  createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });

/** When the page now shown was received, epoch ms: its first byte on a full load, now on later ones and on the server. */
export function pageReceivedAt(): number {
  if (typeof window === 'undefined') return Date.now();
  const [entry] = performance.getEntriesByType('navigation');
  const isFirst = entry instanceof PerformanceNavigationTiming && entry.loadEventEnd === 0;
  return isFirst ? performance.timeOrigin + entry.responseStart : Date.now();
}
