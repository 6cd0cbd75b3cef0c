import type { Browser } from '@playwright/test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Summary } from '../../../src/lib/domain/summary.ts';
import { mark } from '../arrivals.ts';
import { APP_CHANNEL, APP_PATH, appDeliveryOf } from '../app.ts';
import type { Bench, Figure } from '../bench.ts';
import { launchChromium, Tab, type Held } from '../browser.ts';
import { conversationOf } from '../data/conversations.ts';
import { givenNameOf, wordOf } from '../data/vocabulary.ts';
import { atRate } from '../load.ts';
import type { Frames } from '../page/stopwatch.ts';
import { spreadOf } from '../stats.ts';
import type { Server } from '../server.ts';
import { addressesOf, conversationIdOf, deliveryOf, WEBHOOK_PATH, type Delivery } from '../whatsapp.ts';

const GROUP = 'Dashboard in Chromium';
/** So many people write while the list is looked at, and so many of their conversations are opened. */
const PEOPLE = 60;
const OPENED = 5;
const people = Array.from({ length: PEOPLE }, (_, i) => `user-${i}`);
/** Of a group of numbers that no other figure uses. */
const [LONG = ''] = addressesOf(111, 1);
const BATCH = 1_000;
const MOST_TRIES = 6;
/** As a fast typist. */
const KEY_MS = 80;
const CHANGES_A_SECOND = 50;
const ROWS_A_FRAME = 5;
const CONVERSATIONS_AN_HOUR = 20_000;
const FRAME_MS = 1_000 / 60;
const ROW_PX = 88;
/** Five rows each frame, and as much of a thread: 26,400 pixels a second, faster than anybody reads. */
const STEP_PX = 5 * ROW_PX;
/** The list of those people alone, newest first. */
const OURS = `/conversations?channel=${APP_CHANNEL}`;
const LIST = '[role="list"][aria-label="Conversations"]';
const LOG = '[role="log"]';

/** What an agent's browser does and how soon, with the product as `npm start` serves it. */
export async function dashboard(bench: Bench): Promise<void> {
  const browser = await launchChromium();
  if (browser === null) {
    console.log('No Chromium found: the figures of the dashboard are left out. PARLEY_CHROMIUM names one.');
    return;
  }
  try {
    await talk(bench);
    await opening(bench, browser);
    const tab = await Tab.open(browser, bench.product.client.origin);
    await tab.goto(OURS);
    await tab.openedMs();
    await switching(bench, tab);
    await typing(bench, tab, 'a thread of 20');
    await searching(bench, tab);
    await scrolling(bench, tab);
    await longThread(bench, tab);
    await changing(bench, tab);
    await anHour(bench, tab);
    await tab.close();
  } catch (error) {
    // What a browser does not do in time must not cost the figures of everything else.
    console.error('The figures of the dashboard end here:', error);
  } finally {
    await browser.close();
  }
}

/** Conversations that have messages behind them, the first few some more than the others; and one that is very long. */
async function talk({ plan, product }: Bench): Promise<void> {
  for (let batch = 0; batch < plan.dashboard.thousands; batch += 1) {
    const part = Array.from({ length: BATCH }, (_, n) => ({ address: LONG, text: `Part ${batch * BATCH + n} of a long story` }));
    await deliver(product, deliveryOf(part));
  }
  for (const user of people) await write(product, user, `Hello from ${user}`);
  for (let n = 0; n < 20; n += 1)
    for (const user of people.slice(0, OPENED)) await write(product, user, `Message ${n} of ${user}`);
}

/** As a provider does: what is not taken comes again, and the copies of what was are nothing new. */
async function deliver({ client }: Server, { headers, body }: Delivery): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { status } = await client.call('POST', WEBHOOK_PATH, headers, body);
    if (status === 200) return;
    if (status !== 503 || tries === MOST_TRIES) throw new Error(`a part of the long thread was answered with ${status}`);
  }
}

async function write({ client }: Server, user: string, text: string): Promise<void> {
  const { headers, body } = appDeliveryOf(user, text);
  await client.expect(200, 'POST', APP_PATH, headers, body);
}

/** A figure of the browser: nothing stands beside it, and its processor time is the machine's own affair. */
const figure = (name: string, valuesMs: readonly number[], beside?: string): Figure => ({
  group: GROUP,
  name,
  product: { ...spreadOf(valuesMs), failures: 0, perSecond: Number.NaN, cpuMs: null },
  floor: null,
  ...(beside !== undefined && { beside }),
});

async function opening({ plan, product, report }: Bench, browser: Browser): Promise<void> {
  const { origin } = product.client;
  const [cold, warm]: [number[], number[]] = [[], []];
  let loaded: string[] = [];
  for (let i = 0; i < plan.dashboard.opens; i += 1) {
    const tab = await Tab.open(browser, origin);
    await tab.goto('/conversations');
    cold.push(await tab.openedMs());
    loaded = await tab.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    await tab.goto('/conversations');
    warm.push(await tab.openedMs());
    await tab.close();
  }
  const scripts = [...new Set(loaded)].filter((url) => new URL(url).pathname.endsWith('.js'));
  const bodies = await Promise.all(scripts.map((url) => product.client.expect(200, 'GET', new URL(url).pathname)));
  const kb = (pack: (text: string) => { length: number }) =>
    `${Math.round(bodies.reduce((sum, { text }) => sum + pack(text).length, 0) / 1000)} KB`;
  const beside = `${scripts.length} scripts, ${kb((text) => text)}, each with gzip ${kb(gzipSync)}, with brotli ${kb(brotliCompressSync)}`;
  report(figure('open the inbox until rows are painted, nothing cached', cold, beside));
  report(figure('open the inbox until rows are painted, cached', warm));
}

async function switching({ plan, report }: Bench, tab: Tab): Promise<void> {
  const values: number[] = [];
  for (let i = 0; i < plan.dashboard.switches; i += 1) {
    const row = tab.page.locator(`[aria-posinset="${1 + (i % OPENED)}"] [data-row]`);
    await tab.page.evaluate(() => window.stopwatch.armSwitch());
    await row.click();
    values.push(await tab.result());
  }
  report(figure('click on a row until its messages are painted', values));
}

async function typing({ plan, report }: Bench, tab: Tab, where: string): Promise<void> {
  const composer = tab.page.locator('textarea:not([disabled])');
  await composer.click();
  await tab.page.evaluate(() => window.stopwatch.armKeys());
  await composer.pressSequentially('This is what an agent writes to a customer. '.repeat(10).slice(0, plan.dashboard.keys), {
    delay: KEY_MS / 2,
  });
  const values = await tab.page.evaluate(() => window.stopwatch.keys());
  await composer.fill('');
  report(figure(`key in the composer to paint, ${where}`, values));
}

async function searching({ plan, report }: Bench, tab: Tab): Promise<void> {
  await tab.goto('/conversations');
  await tab.openedMs();
  const field = tab.page.getByRole('searchbox', { name: 'Search name or latest message' });
  const texts = Array.from({ length: plan.dashboard.searches }, (_, i) =>
    (i % 2 === 0 ? givenNameOf(i) : wordOf(i * 7 + 3)).slice(0, 5).toLowerCase(),
  );
  const values: number[] = [];
  for (const text of texts) {
    await field.click();
    await tab.page.evaluate((wanted) => window.stopwatch.armSearch(wanted), text);
    await field.pressSequentially(text, { delay: KEY_MS });
    values.push(await tab.result());
    await tab.page.keyboard.press('Escape');
    await tab.page.waitForURL((url) => !url.searchParams.has('q'));
    await tab.page.locator(`${LIST}[aria-busy="false"]`).waitFor();
  }
  const { begun, givenUp } = await tab.page.evaluate(() => window.stopwatch.requests());
  const letters = texts.reduce((sum, text) => sum + text.length, 0);
  const asked = `${letters} letters, ${begun} requests, ${givenUp} given up`;
  report(figure('search as one types: last letter until its results are painted', values, asked));
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const dropped = (deltas: readonly number[]): number =>
  deltas.reduce((sum, delta) => sum + Math.max(0, Math.round(delta / FRAME_MS) - 1), 0);
const longest = (values: readonly number[]): string => `${Math.round(Math.max(0, ...values))} ms`;
const framesOf = ({ deltasMs, longTasksMs }: Frames): string =>
  `${deltasMs.length} frames, ${dropped(deltasMs)} dropped; ` +
  (longTasksMs.length === 0
    ? 'no task over 50 ms'
    : `${longTasksMs.length} tasks over 50 ms, the longest ${longest(longTasksMs)}`);
const heldOf = (before: Held, after: Held): string =>
  `heap ${mb(before.heapBytes)} before, ${mb(after.heapBytes)} after, nodes ${before.nodes}, ${after.nodes}`;

async function scrolling({ plan, report }: Bench, tab: Tab): Promise<void> {
  await tab.goto('/conversations?tab=inactive');
  await tab.openedMs();
  const { rows } = plan.dashboard;
  for (const [name, byPx, end] of [
    [`scroll through ${rows} rows`, STEP_PX, rows],
    [`and back through ${rows / 5}`, -STEP_PX, (rows * 4) / 5],
  ] as const) {
    const before = await tab.held();
    const way = [LIST, byPx, `[aria-posinset="${end}"]`] as const;
    const found = await tab.page.evaluate(([selector, by, isDone]) => window.stopwatch.scroll(selector, by, isDone), way);
    const beside = `${framesOf(found)}; in ${found.waitedFrames} there was no further row yet; ${heldOf(before, await tab.held())}`;
    report(figure(`${name}, ${STEP_PX / ROW_PX} a frame: time of a frame`, found.deltasMs, beside));
  }
}

const Page = z.object({
  result: z.object({ data: z.object({ messages: z.array(z.object({ id: z.string() })).nonempty() }) }),
});

async function longThread(bench: Bench, tab: Tab): Promise<void> {
  const { plan, agent, report } = bench;
  const id = conversationIdOf(LONG);
  const messages = plan.dashboard.thousands * BATCH;
  const oldest = Page.parse(JSON.parse(await agent.query('conversations.messages', { id, beforeSeq: 2 }))).result.data;
  await tab.goto('/conversations?q=long+story');
  await tab.openedMs();
  const row = tab.page.locator(`[data-row="${id}"]`);
  const values: number[] = [];
  for (let i = 0; i < Math.max(3, plan.dashboard.switches / 4); i += 1) {
    await tab.page.evaluate(() => window.stopwatch.armSwitch());
    await row.click();
    values.push(await tab.result());
    await tab.page.goBack();
    await tab.page.locator(LOG).waitFor({ state: 'detached' });
  }
  report(figure(`click on a thread of ${messages} messages until it is painted`, values));
  await row.click();
  await tab.page.locator(LOG).waitFor();
  await typing(bench, tab, `a thread of ${messages}, its latest loaded`);
  const before = await tab.held();
  const found = await tab.page.evaluate(([selector, by, isDone]) => window.stopwatch.scroll(selector, by, isDone), [
    LOG,
    -STEP_PX,
    `[data-message-id="${oldest.messages[0]?.id ?? ''}"]`,
  ] as const);
  const after = await tab.held();
  report(
    figure(
      `scroll to the beginning of ${messages} messages: time of a frame`,
      found.deltasMs,
      `${framesOf(found)}; ${heldOf(before, after)}`,
    ),
  );
  await typing(bench, tab, `a thread of ${messages}, all loaded`);
}

async function changing({ plan, product, report }: Bench, tab: Tab): Promise<void> {
  const change = (seconds: number) =>
    atRate(CHANGES_A_SECOND, seconds * 1000, (i) => write(product, people[(i * 7) % PEOPLE] ?? '', mark()));
  await tab.goto(OURS);
  await tab.openedMs();
  for (const [name, seconds, point] of [
    ['rows free to move', plan.dashboard.changeSeconds, null],
    ['a pointer resting on a row', plan.dashboard.restSeconds, { x: 300, y: 480 }],
  ] as const) {
    await tab.page.mouse.move(point?.x ?? 900, point?.y ?? 400);
    const script = await tab.traced(async () => {
      await tab.page.evaluate((where) => window.stopwatch.watch(where), point);
      const { failures } = await change(seconds);
      if (failures > 0) throw new Error(`${failures} of the changes were not taken`);
    });
    const found = await tab.page.evaluate(() => window.stopwatch.stop());
    const moved = point === null ? '' : `; the row under the pointer changed ${found.moved} times`;
    report(figure(`${CHANGES_A_SECOND} changes a second, ${name}: script of a frame`, script, `${framesOf(found)}${moved}`));
  }
  await tab.page.mouse.move(900, 400);
}

async function anHour({ plan, report }: Bench, tab: Tab): Promise<void> {
  await tab.goto(OURS);
  await tab.openedMs();
  const before = await tab.held();
  const { frames } = plan.dashboard;
  const like: Summary = { ...conversationOf(0, Date.now()), channel: { id: APP_CHANNEL, provider: 'webhook' } };
  const many = { like, frames, rowsEach: ROWS_A_FRAME, conversations: CONVERSATIONS_AN_HOUR };
  const values = await tab.page.evaluate((wanted) => window.stopwatch.hear(wanted), many);
  const after = await tab.held();
  const each = (after.heapBytes - before.heapBytes) / (frames * ROWS_A_FRAME);
  const beside = `${heldOf(before, after)}, ${each.toFixed(0)} bytes a change`;
  report(
    figure(`${frames * ROWS_A_FRAME} changes heard without a pause: handling of a frame of ${ROWS_A_FRAME}`, values, beside),
  );
}
