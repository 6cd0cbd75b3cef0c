import type { Summary } from '../../../src/lib/domain/summary.ts';

/** Frames of one stretch: the time between each two, in ms, and what was long. */
export type Frames = { deltasMs: number[]; longTasksMs: number[] };

/** What the page measures of itself. All times in ms; a paint is told by the first task after the frame that draws it. */
export type Stopwatch = {
  /** From the beginning of the navigation to the first rows. */
  opened: Promise<number>;
  /** The next click counts until another thread's messages are painted. */
  armSwitch(): void;
  /** Every key counts until the next paint. */
  armKeys(): void;
  /** Typing into the search counts from its last key until the answer to that text is painted. */
  armSearch(text: string): void;
  /** What the armed one gave. */
  result(): Promise<number>;
  keys(): number[];
  /** Requests of the list that were begun and given up since the page is open. */
  requests(): { begun: number; givenUp: number };
  /** Moves a scroller by so much each frame until `isDone` is there, or until nothing has moved for some seconds. */
  scroll(selector: string, byPx: number, isDone: string): Promise<Frames & { waitedFrames: number }>;
  /** Watches frames, and which row is under a point, until `stop` is called. */
  watch(point: { x: number; y: number } | null): void;
  stop(): Frames & { moved: number };
  /** Hands frames of an hour to the page's own socket, one after the other; how long each took until all that follows of it was in the page, undrawn. */
  hear(many: { like: Summary; frames: number; rowsEach: number; conversations: number }): Promise<number[]>;
};

declare global {
  interface Window {
    stopwatch: Stopwatch;
  }
}

/** Runs in the page before anything else of it; it has to be whole in itself. */
export function installStopwatch(): void {
  const STUCK_FRAMES = 600;
  let armed: Promise<number> = Promise.reject(new Error('nothing was armed'));
  armed.catch(() => undefined);
  let keysMs: number[] = [];
  let areKeysArmed = false;
  const answered = new Set<string>();
  const requests = { begun: 0, givenUp: 0 };
  let inbox: WebSocket | null = null;
  let watched: { frames: number[]; longTasksMs: number[]; rows: string[]; isOn: boolean } | null = null;

  const nextTask = () =>
    new Promise<number>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  const settled = async () => {
    for (let i = 0; i < 10; i += 1) await null;
  };
  const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const painted = async () => {
    await nextFrame();
    return nextTask();
  };
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      if (isThere()) {
        resolve();
        return;
      }
      const observer = new MutationObserver(() => {
        if (!isThere()) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(document, { subtree: true, childList: true, attributes: true });
    });
  const next = (kind: 'click' | 'keydown') =>
    new Promise<number>((resolve) => addEventListener(kind, (event) => resolve(event.timeStamp), { capture: true, once: true }));
  const longTasksInto = (into: number[]) => {
    const observer = new PerformanceObserver((list) => into.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ type: 'longtask' });
    return observer;
  };

  addEventListener(
    'keydown',
    (event) => {
      if (areKeysArmed) void painted().then((at) => keysMs.push(at - event.timeStamp));
    },
    { capture: true },
  );

  const { fetch } = window;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const search = url.includes('conversations.list') ? /"search":"([^"]*)"/.exec(decodeURIComponent(url))?.[1] : undefined;
    if (search !== undefined) requests.begun += 1;
    try {
      const response = await fetch(input, init);
      if (search !== undefined) answered.add(search);
      return response;
    } catch (error) {
      if (search !== undefined) requests.givenUp += 1;
      throw error;
    }
  };
  window.WebSocket = new Proxy(WebSocket, {
    construct(target, [url, ...rest]) {
      const socket: WebSocket = Reflect.construct(target, [url, ...rest]);
      if (String(url).includes('/live/inbox')) inbox = socket;
      return socket;
    },
  });

  const opened = until(() => document.querySelector('[data-row]') !== null).then(painted);
  const isBusy = () => document.querySelector('[aria-busy="true"], [role="status"][aria-label^="Loading"]') !== null;

  window.stopwatch = {
    opened,
    armSwitch() {
      const before = document.querySelector('[role="log"]');
      const log = () => document.querySelector('[role="log"]');
      armed = next('click').then(async (from) => {
        await until(() => log() !== before && log()?.querySelector('[data-message-id]') != null);
        return (await painted()) - from;
      });
    },
    armKeys() {
      areKeysArmed = true;
      keysMs = [];
    },
    keys() {
      areKeysArmed = false;
      return keysMs;
    },
    armSearch(text) {
      answered.delete(text);
      let last = 0;
      const note = (event: KeyboardEvent) => (last = event.timeStamp);
      addEventListener('keydown', note, { capture: true });
      const isShown = () => answered.has(text) && !isBusy() && location.search.includes('q=');
      armed = until(isShown).then(async () => {
        const at = await painted();
        removeEventListener('keydown', note, { capture: true });
        return at - last;
      });
    },
    result: () => armed,
    requests: () => requests,
    async scroll(selector, byPx, isDone) {
      const box = document.querySelector(selector);
      if (box === null) throw new Error(`${selector} is not there`);
      const longTasksMs: number[] = [];
      const observer = longTasksInto(longTasksMs);
      const deltasMs: number[] = [];
      let [waitedFrames, still] = [0, 0];
      let before = await nextFrame();
      while (document.querySelector(isDone) === null && still < STUCK_FRAMES) {
        const from = box.scrollTop;
        box.scrollTop = from + byPx;
        const isStill = box.scrollTop === from;
        still = isStill ? still + 1 : 0;
        if (isStill) waitedFrames += 1;
        const at = await nextFrame();
        deltasMs.push(at - before);
        before = at;
      }
      observer.disconnect();
      return { deltasMs, longTasksMs, waitedFrames };
    },
    watch(point) {
      const longTasksMs: number[] = [];
      const observer = longTasksInto(longTasksMs);
      const watching = { frames: [] as number[], longTasksMs, rows: [] as string[], isOn: true };
      watched = watching;
      const look = (at: number) => {
        watching.frames.push(at);
        if (point !== null) {
          const row = document.elementFromPoint(point.x, point.y)?.closest<HTMLElement>('[data-row]');
          watching.rows.push(row?.dataset.row ?? '');
        }
        if (watching.isOn) requestAnimationFrame(look);
        else observer.disconnect();
      };
      requestAnimationFrame(look);
    },
    stop() {
      if (watched === null) throw new Error('nothing is watched');
      const { frames, longTasksMs, rows } = watched;
      watched.isOn = false;
      return {
        deltasMs: frames.slice(1).map((at, i) => at - (frames[i] ?? at)),
        longTasksMs,
        moved: rows.slice(1).filter((row, i) => row !== rows[i]).length,
      };
    },
    async hear({ like, frames, rowsEach, conversations }) {
      if (inbox === null) throw new Error('the list has no socket');
      const tookMs: number[] = [];
      let drawnAt = 0;
      for (let frame = 0; frame < frames; frame += 1) {
        const rows = Array.from({ length: rowsEach }, (_, i) => {
          const n = frame * rowsEach + i;
          const id = Math.imul((n % conversations) + 1, 0x9e3779b1)
            .toString(16)
            .replace('-', '0')
            .padStart(40, 'f');
          const [at, text] = [
            Date.now(),
            `Message ${n} of an hour, as long as messages of customers are on average, more or less`,
          ];
          const lastMessage = { text, direction: 'inbound', at };
          return { ...like, id, version: n + 1, lastMessage, lastInboundAt: at, activeUntil: at + 86_400_000, unread: 1 };
        });
        const data = JSON.stringify({ type: 'rows', at: 'bench', rows });
        const from = performance.now();
        inbox.dispatchEvent(new MessageEvent('message', { data }));
        // What a change brings about in the page runs as microtasks; drawing it comes after, and is not waited for.
        await settled();
        const at = performance.now();
        tookMs.push(at - from);
        if (at - drawnAt < 16) continue;
        drawnAt = at;
        await nextTask();
      }
      return tookMs;
    },
  };
}
