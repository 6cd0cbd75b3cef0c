import { expect, type BrowserContext, type Page } from '@playwright/test';

declare global {
  interface Window {
    /** What a page has shown and sounded; a stand-in for what no browser without a screen can show. */
    notified: {
      /** All that was shown, `title: body`, in order. */
      all: string[];
      /** The tags of those that still stand. */
      standing: () => string[];
      /** Clicks the one that stands with this title; false when there is none. */
      click: (title: string) => boolean;
      sounds: () => number;
      turn: (isHere: boolean) => void;
    };
  }
}

/** Lets the pages of a browser note their notifications and sounds. To be called before they are opened. */
export async function recordNotifications(
  context: BrowserContext,
  permission: NotificationPermission = 'granted',
): Promise<void> {
  await context.addInitScript((permission) => {
    const all: string[] = [];
    const standing = new Map<string, Recorded>();
    class Recorded {
      static permission = permission;
      static requestPermission = async () => permission;
      readonly title: string;
      readonly tag: string;
      onclick: (() => void) | null = null;
      constructor(title: string, { body = '', tag = '' }: NotificationOptions = {}) {
        this.title = title;
        this.tag = tag;
        all.push(`${title}: ${body}`);
        standing.set(tag, this);
      }
      close(): void {
        if (standing.get(this.tag) === this) standing.delete(this.tag);
      }
    }
    let [isHere, tones] = [true, 0];
    Object.defineProperty(window, 'Notification', { value: Recorded });
    Object.defineProperty(document, 'visibilityState', { get: () => (isHere ? 'visible' : 'hidden') });
    document.hasFocus = () => isHere;
    const { start } = AudioScheduledSourceNode.prototype;
    AudioScheduledSourceNode.prototype.start = function (when) {
      tones += 1;
      start.call(this, when);
    };
    window.notified = {
      all,
      standing: () => [...standing.keys()],
      click: (title) => {
        const one = [...standing.values()].find((shown) => shown.title === title);
        one?.onclick?.();
        return one !== undefined;
      },
      // Two tones are one sound.
      sounds: () => Math.ceil(tones / 2),
      turn: (is) => {
        isHere = is;
        document.dispatchEvent(new Event('visibilitychange'));
      },
    };
  }, permission);
}

/** The person turns to that page, away from the others; null: to something that is none of ours. */
export async function turnTo(page: Page | null, others: readonly Page[]): Promise<void> {
  for (const other of others) await other.evaluate(() => window.notified.turn(false));
  await page?.evaluate(() => window.notified.turn(true));
}

/** What the open pages of a browser have shown so far, page by page. */
export async function notifiedOf(context: BrowserContext): Promise<string[]> {
  const shown = await Promise.all(context.pages().map((page) => page.evaluate(() => window.notified.all)));
  return shown.flat();
}

/** Waits until the only page with the inbox tells of messages, or until it does not. */
export async function expectTelling(page: Page, does: boolean): Promise<void> {
  const isHeld = async (): Promise<boolean> => {
    const { held = [], pending = [] } = await navigator.locks.query();
    const isIt = ({ name }: LockInfo): boolean => name === 'parley:notices';
    // Whoever waits for it waits for a page that is just being closed.
    return held.some(isIt) && !pending.some(isIt);
  };
  await expect.poll(() => page.evaluate(isHeld)).toBe(does);
}
