import { BY_ITSELF } from '../domain/protocol';

/** What a page asks so shortly after somebody has touched it is theirs. */
const THEIRS_MS = 60_000;
/** What a person does to a page. */
const acts = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

/** Knows whether somebody is at the page, from what they do to it; opening it is the first thing. */
export class Attention {
  readonly #now: () => number;
  #at: number;

  constructor(target: EventTarget | null, now: () => number = Date.now) {
    this.#now = now;
    this.#at = now();
    const touch = () => void (this.#at = now());
    for (const type of acts) target?.addEventListener(type, touch, { capture: true, passive: true });
  }

  get isHere(): boolean {
    return this.#now() - this.#at < THEIRS_MS;
  }
}

/** Whether somebody is at this page. */
export const attention = new Attention(typeof window === 'undefined' ? null : window);

/** With what a call is marked that the page makes by itself, so that it does not keep a session which nobody uses. */
export const headersOf = ({ isHere }: Attention): Record<string, string> => (isHere ? {} : { [BY_ITSELF]: '1' });
