import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/chromium.mjs';
import { EMAIL, PASSWORD } from './agent.ts';
import { installStopwatch } from './page/stopwatch.ts';
import { scriptPerFrame, TRACED } from './trace.ts';

const VIEWPORT = { width: 1360, height: 800 };
const PATIENCE_MS = 20_000;
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

/** What a page holds once everything that it has let go is collected. */
export type Held = { heapBytes: number; nodes: number };

/** Debian's Chromium, or the one that `PARLEY_CHROMIUM` names; null where there is none. */
export async function launchChromium(): Promise<Browser | null> {
  const executablePath = findChromium();
  return executablePath === undefined ? null : chromium.launch({ executablePath, args: ARGS });
}

/** A browser window of its own, signed in, with nothing in its cache; and what its own instruments say. */
export class Tab {
  readonly page: Page;
  readonly origin: string;
  readonly #browser: Browser;
  readonly #instruments: CDPSession;

  private constructor(page: Page, origin: string, browser: Browser, instruments: CDPSession) {
    this.page = page;
    this.origin = origin;
    this.#browser = browser;
    this.#instruments = instruments;
  }

  static async open(browser: Browser, origin: string): Promise<Tab> {
    const context = await browser.newContext({ viewport: VIEWPORT, locale: 'en-GB' });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(installStopwatch);
    const data = { email: EMAIL, password: PASSWORD };
    const response = await context.request.post(`${origin}/api/auth/sign-in/email`, { data, headers: { origin } });
    if (!response.ok()) throw new Error(`signing the browser in was answered with ${response.status()}`);
    const page = await context.newPage();
    const instruments = await context.newCDPSession(page);
    await instruments.send('Performance.enable');
    return new Tab(page, origin, browser, instruments);
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.origin + path);
  }

  /** From the beginning of a navigation until the first rows are painted, in ms. */
  async openedMs(): Promise<number> {
    return this.page.evaluate(() => window.stopwatch.opened);
  }

  /** What the armed stopwatch gave, in ms. */
  async result(): Promise<number> {
    return this.page.evaluate(() => window.stopwatch.result());
  }

  async held(): Promise<Held> {
    // Twice: what the first lets go may hold more.
    await this.#instruments.send('HeapProfiler.collectGarbage');
    await this.#instruments.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#instruments.send('Performance.getMetrics');
    const valueOf = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
    return { heapBytes: valueOf('JSHeapUsedSize'), nodes: valueOf('Nodes') };
  }

  /** Scripting of each frame in ms, while something goes on. The page has to ask for every frame meanwhile. */
  async traced(run: () => Promise<void>): Promise<number[]> {
    await this.#browser.startTracing(this.page, { categories: TRACED });
    await run();
    return scriptPerFrame((await this.#browser.stopTracing()).toString());
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
