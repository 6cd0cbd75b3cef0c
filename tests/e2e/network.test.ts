import { setTimeout as wait } from 'node:timers/promises';
import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expect, test } from './support/test';

const CUT_MS = 20_000;

test('a network that is gone for 20 seconds of traffic loses nothing, doubles nothing and keeps the order', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Before the cut');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.say('I am here');
  await expect(thread.tick('I am here', 'Sent')).toBeVisible();

  const context = ana.page.context();
  await context.setOffline(true);
  await expect(thread.region.getByText('You are offline.')).toBeVisible();
  const written: string[] = [];
  const cutAt = Date.now();
  for (let i = 1; Date.now() - cutAt < CUT_MS; i++) {
    const text = `Word ${i} during the cut`;
    written.push(text);
    await nia.says(text, { copies: 1 + (i % 3) });
    if (i === 3) {
      await thread.say('Written without a network');
      await expect(thread.tick('Written without a network', /Sending|Waiting to be sent/)).toBeVisible();
    }
    // The pace of a talkative customer, not a wait for something.
    await wait(1_000);
  }
  expect(provider.callsTo(nia.address)).toHaveLength(1);
  await context.setOffline(false);

  await expect(thread.bubble(written.at(-1) ?? '')).toBeVisible({ timeout: 30_000 });
  // What came in meanwhile was not on screen when the answer was written, so the agent decides.
  await expect(thread.notice('Not sent yet: Nia wrote meanwhile.')).toBeVisible();
  await thread.region.getByRole('button', { name: 'Send anyway' }).click();
  await expect(thread.tick('Written without a network', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['I am here', 'Written without a network']);

  // The whole thread, as it is drawn after a reload, is what was drawn live.
  const live = await shownTexts();
  expect(live.filter((text) => text.includes('during the cut'))).toEqual(written);
  await ana.page.reload();
  await expect(thread.bubble(written.at(-1) ?? '')).toBeVisible();
  expect(await shownTexts()).toEqual(live);

  async function shownTexts(): Promise<string[]> {
    // Tall enough for all of it: the list draws only what is in view.
    await ana.page.setViewportSize({ width: 1360, height: 4_000 });
    await expect(thread.bubble('Before the cut')).toBeVisible();
    return thread.log.locator('[data-message-id] [dir="auto"]').allTextContents();
  }
});

test('an answer whose own answer is lost on the way goes out once', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('One answer please');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  let lost = 0;
  await ana.page.route('**/api/trpc/conversations.send*', async (route) => {
    if (lost++ > 0) return route.continue();
    // The server takes it, the browser never hears so.
    await route.fetch();
    return route.abort('connectionreset');
  });
  await thread.say('Just the one');
  await expect(thread.tick('Just the one', 'Sent')).toBeVisible();
  await nia.says('Thanks');
  await expect(thread.bubble('Thanks')).toBeVisible();
  await expect(thread.bubble('Just the one')).toHaveCount(1);
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('a restart of the server under an open conversation leaves the hold where it is and sends the waiting answer once', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Still there after this?');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  const { api } = await signIn(parley.origin, 'ana');
  const claim = () => api.conversations.claim.mutate({ id: nia.conversationId });
  const before = await claim();

  await parley.stop();
  await expect(thread.region.getByText('Reconnecting…')).toBeVisible();
  await thread.say('Written while nobody listened');
  await expect(thread.tick('Written while nobody listened', /Sending|Waiting to be sent/)).toBeVisible();
  await parley.restart();

  await expect(thread.tick('Written while nobody listened', 'Sent')).toBeVisible({ timeout: 40_000 });
  await expect(thread.region.getByText('Reconnecting…')).toBeHidden();
  await nia.says('There you are');
  await expect(thread.bubble('There you are')).toBeVisible();
  await expect(thread.bubble('Written while nobody listened')).toHaveCount(1);
  expect(await claim(), 'the same grant as before').toEqual(before);
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('a page that is not here yet says inside the app that there is no network, and opens in its place once there is', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello');
  const ana = await enter('ana');
  const { page } = ana;
  const thread = await ana.hold(nia);
  await thread.composer.fill('Half an answer');
  await page.waitForLoadState('networkidle');
  // A page that is loaded anew forgets it.
  await page.evaluate(() => Reflect.set(globalThis, 'isSame', true));
  const rail = page.getByRole('navigation', { name: 'Main' });
  const people = page.getByRole('region', { name: 'People' });

  await page.context().setOffline(true);
  await rail.getByRole('link', { name: 'People' }).click();
  const words = page.getByRole('heading', { name: 'You are offline' });
  await expect(words).toBeVisible();
  await expect(rail).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeFocused();
  await expect(words).toBeVisible();
  await page.context().setOffline(false);
  await expect(people).toBeVisible();
  await expect(people, 'with its style').toHaveCSS('display', 'flex');

  // What was open is where it was left.
  await page.goBack();
  await expect(thread.composer).toHaveValue('Half an answer');
  expect(await page.evaluate(() => Reflect.get(globalThis, 'isSame'))).toBe(true);
});

test('a page that a deploy has left behind says so, and keeps the draft through its reload', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello');
  const ana = await enter('ana');
  await ana.page.clock.install();
  const thread = await ana.hold(nia);
  await thread.composer.fill('Half an answer');
  await ana.page.clock.runFor(1_000);
  await ana.page.route('**/_app/version.json', (route) => route.fulfill({ json: { version: 'the next one' } }));
  await ana.page.clock.runFor(61_000);
  await expect(ana.page.getByText('A new version of Parley is here.')).toBeVisible();
  await ana.page.getByRole('button', { name: 'Reload' }).click();
  await expect(thread.composer).toHaveValue('Half an answer');
});
